import { describe, expect, it } from "vitest"
import { chordOf, isKeptByBrowser, type KeyPress, keysInWords, parseKeys, writesText } from "./keys.ts"

const press = (code: string, more: Partial<KeyPress> = {}): KeyPress => ({
  code,
  key: "",
  ctrlKey: false,
  altKey: false,
  shiftKey: false,
  metaKey: false,
  altGraph: false,
  ...more,
})

describe("parseKeys", () => {
  it.each([
    ["Ctrl+Z", "Ctrl+KeyZ"],
    ["shift+ctrl+z", "Ctrl+Shift+KeyZ"],
    ["?", "Shift+Slash"],
    ["Plus", "Shift+Equal"],
    ["T H", "KeyT KeyH"],
    ["Alt+.", "Alt+Period"],
    ["Del", "Delete"],
    ["9", "Digit9"],
    ["F1", "F1"],
    ["Ctrl+KeyZ", "Ctrl+KeyZ"],
    ["IntlBackslash", "IntlBackslash"],
  ])("reads %s as %s", (spelling, canonical) => expect(parseKeys(spelling)).toBe(canonical))

  it.each(["", "Ctrl+", "Foo", "Hyper+A", "A B C", "Ctrl+Nonsense"])("refuses %s", (spelling) => {
    expect(() => parseKeys(spelling)).toThrow(SyntaxError)
  })

  it("reads its own output", () => {
    for (const each of ["Ctrl+Alt+Shift+ArrowLeft", "KeyT KeyH", "Digit1", "BracketRight"])
      expect(parseKeys(each)).toBe(each)
  })
})

describe("chordOf", () => {
  it("knows keys by their place: the Z key of a Russian board undoes", () => {
    expect(chordOf(press("KeyZ", { key: "я", ctrlKey: true }), false)).toBe("Ctrl+KeyZ")
  })
  it("takes Command for Ctrl on a Mac and leaves it to the system elsewhere", () => {
    expect(chordOf(press("KeyZ", { metaKey: true }), true)).toBe("Ctrl+KeyZ")
    expect(chordOf(press("KeyZ", { metaKey: true }), false)).toBeNull()
  })
  it("counts the number pad as digits", () => {
    expect(chordOf(press("Numpad3"), false)).toBe("Digit3")
    expect(chordOf(press("NumpadAdd"), false)).toBe("Shift+Equal")
  })
  it("is null for a modifier alone and for text typed with AltGr", () => {
    expect(chordOf(press("ShiftLeft", { shiftKey: true }), false)).toBeNull()
    expect(chordOf(press("KeyQ", { ctrlKey: true, altKey: true, altGraph: true }), false)).toBeNull()
  })
  it("falls back to the letter where a screen keyboard tells no code", () => {
    expect(chordOf(press("", { key: "n" }), false)).toBe("KeyN")
  })
})

describe("keysInWords", () => {
  it("says what is printed on the keys, if the browser tells", () => {
    expect(keysInWords("Ctrl+KeyZ", false)).toBe("Ctrl+Z")
    expect(keysInWords("KeyT KeyH", false)).toBe("T then H")
    expect(keysInWords("Ctrl+KeyY", false, new Map([["KeyY", "z"]]))).toBe("Ctrl+Z")
    expect(keysInWords("Ctrl+KeyZ", true)).toBe("⌘+Z")
  })
})

describe("writesText and isKeptByBrowser", () => {
  it("tell letters from commands", () => {
    expect(["KeyA", "Shift+Slash", "Ctrl+KeyA", "F1", "Escape"].map(writesText)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ])
  })
  it("know what a page never sees", () =>
    expect([isKeptByBrowser("Ctrl+KeyW"), isKeptByBrowser("Ctrl+KeyS")]).toEqual([true, false]))
})
