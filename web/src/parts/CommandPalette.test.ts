// @vitest-environment jsdom
import { flushSync, tick } from "svelte"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import CommandPalette from "./CommandPalette.svelte"
import { commands } from "./commands.svelte.ts"
import { draw, press, type } from "./mounting.ts"

const [open, undo, top] = ["Open project", "Undo", "Go to the top"].map((title, at) => ({
  id: `c${at}`,
  title,
  group: at === 1 ? "Edit" : "Go to",
  run: vi.fn(),
}))

let leave: () => void
const field = () => document.querySelector('[role="combobox"]')
const listed = () =>
  [...document.querySelectorAll('[role="option"]')].map((option) => ({
    title: option.textContent?.trim(),
    chosen: option.getAttribute("aria-selected") === "true",
  }))

beforeEach(async () => {
  Element.prototype.scrollIntoView = () => {}
  leave = commands.add([open, undo, top].filter((command) => command !== undefined))
  commands.open = true
  draw(CommandPalette, {})
  await tick()
})
afterEach(() => {
  commands.open = false
  flushSync()
  leave()
})

describe("CommandPalette", () => {
  it("lists what can be done, by group, the first chosen", () => {
    expect(listed()).toEqual([
      { title: "Open project", chosen: true },
      { title: "Go to the top", chosen: false },
      { title: "Undo", chosen: false },
    ])
  })

  it("walks in the order on screen, round its ends, and tells the field", () => {
    press(field(), "ArrowUp")
    expect(listed().find(({ chosen }) => chosen)?.title).toBe("Undo")
    const active = field()?.getAttribute("aria-activedescendant") ?? ""
    expect(document.getElementById(active)?.textContent).toContain("Undo")
    press(field(), "ArrowDown")
    expect(listed()[0]?.chosen).toBe(true)
  })

  it("finds by letters, runs by Enter and closes", () => {
    type(field(), "top")
    expect(listed().map(({ title }) => title)).toEqual(["Go to the top"])
    press(field(), "Enter")
    expect(top?.run).toHaveBeenCalledTimes(1)
    expect(commands.open).toBe(false)
  })

  it("says so where nothing matches", () => {
    type(field(), "zzz")
    expect(document.body.textContent).toContain("Nothing matches.")
    expect(press(field(), "Enter")).toBe(true)
  })
})
