// @vitest-environment jsdom
import { describe, expect, it } from "vitest"
import { caps, isTyping, pressed } from "./keys.ts"

const press = (code: string, held: KeyboardEventInit = {}) => new KeyboardEvent("keydown", { code, ...held })

describe("pressed", () => {
  it("wants exactly the written modifiers", () => {
    expect(pressed(press("KeyK", { ctrlKey: true }), "Ctrl+K", false)).toBe(true)
    expect(pressed(press("KeyK"), "Ctrl+K", false)).toBe(false)
    expect(pressed(press("KeyK", { ctrlKey: true, altKey: true }), "Ctrl+K", false)).toBe(false)
  })
  it("takes the command key for Ctrl on a Mac", () => {
    expect(pressed(press("KeyK", { metaKey: true }), "Ctrl+K", true)).toBe(true)
    expect(pressed(press("KeyK", { metaKey: true }), "Ctrl+K", false)).toBe(false)
  })
  it("refuses keys that are none", () => expect(() => pressed(press("KeyK"), "Hyper+K")).toThrow(SyntaxError))
})

describe("caps", () => {
  it("writes what the keyboard in front of the person says", () => {
    expect(caps("Ctrl+Shift+k", false)).toEqual([["Ctrl", "Shift", "K"]])
    expect(caps("Ctrl+k", true)).toEqual([["⌘", "K"]])
    expect(caps("Escape", false)).toEqual([["Esc"]])
  })
  it("keeps two keys in a row apart", () => expect(caps("T H", false)).toEqual([["T"], ["H"]]))
})

describe("isTyping", () => {
  it("is so in fields that hold text, not on buttons and boxes", () => {
    const field = (type: string) => Object.assign(document.createElement("input"), { type })
    expect(isTyping(field("text"))).toBe(true)
    expect(isTyping(document.createElement("textarea"))).toBe(true)
    expect(isTyping(field("checkbox"))).toBe(false)
    expect(isTyping(document.body)).toBe(false)
    expect(isTyping(null)).toBe(false)
  })
})
