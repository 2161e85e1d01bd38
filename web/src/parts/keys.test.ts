import { describe, expect, it } from "vitest"
import { caps, combination, pressed } from "./keys.ts"

const press = (key: string, held: Partial<Record<"ctrlKey" | "metaKey" | "shiftKey" | "altKey", boolean>> = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...held,
})

describe("combination", () => {
  it("reads modifiers and key", () => {
    expect(combination("Ctrl+Shift+K")).toEqual({ ctrl: true, shift: true, alt: false, key: "k" })
    expect(combination("ArrowUp")).toEqual({ ctrl: false, shift: false, alt: false, key: "ArrowUp" })
  })
  it("reads the plus sign, alone and with a modifier", () => {
    expect(combination("+").key).toBe("+")
    expect(combination("Ctrl++")).toMatchObject({ ctrl: true, key: "+" })
  })
  it("refuses what names no key or an unknown modifier", () => {
    expect(() => combination("")).toThrow(RangeError)
    expect(() => combination("Hyper+K")).toThrow(/Hyper/)
  })
})

describe("pressed", () => {
  it("wants exactly the written modifiers", () => {
    expect(pressed(press("k", { ctrlKey: true }), "Ctrl+K", false)).toBe(true)
    expect(pressed(press("k"), "Ctrl+K", false)).toBe(false)
    expect(pressed(press("k", { ctrlKey: true, altKey: true }), "Ctrl+K", false)).toBe(false)
    expect(pressed(press("K", { shiftKey: true }), "K", false)).toBe(false)
  })
  it("takes the command key for Ctrl on a Mac", () => {
    expect(pressed(press("k", { metaKey: true }), "Ctrl+K", true)).toBe(true)
    expect(pressed(press("k", { ctrlKey: true }), "Ctrl+K", true)).toBe(false)
  })
  it("does not ask how a sign is typed", () => {
    expect(pressed(press("?", { shiftKey: true }), "?", false)).toBe(true)
    expect(pressed(press("?"), "?", false)).toBe(true)
  })
})

describe("caps", () => {
  it("writes what the keyboard in front of the person says", () => {
    expect(caps("Ctrl+Shift+k", false)).toEqual(["Ctrl", "Shift", "K"])
    expect(caps("Ctrl+Shift+k", true)).toEqual(["⌘", "⇧", "K"])
    expect(caps("Escape", false)).toEqual(["Esc"])
  })
})
