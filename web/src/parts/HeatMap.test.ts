// @vitest-environment jsdom
import { describe, expect, it, vi } from "vitest"
import HeatMap from "./HeatMap.svelte"
import { click, draw, press } from "./mounting.ts"

const names = ["Car", "Bus"]

function drawn(onopen = vi.fn()) {
  const cell = (row: number, column: number) => ({
    text: String(row * 2 + column),
    share: 0.5,
    tone: "bad" as const,
    label: `${names[row]} called ${names[column]}`,
    opens: row !== column,
  })
  const at = draw(HeatMap, {
    label: "Confusion",
    rowTitle: "right",
    columnTitle: "said",
    rows: names,
    columns: names,
    cell,
    onopen,
  })
  const button = (label: string) => at.querySelector<HTMLButtonElement>(`[aria-label="${label}"]`)
  return { at, button, onopen }
}

describe("HeatMap", () => {
  it("opens a cell that has something behind it, and no other", () => {
    const { button, onopen } = drawn()
    click(button("Car called Bus"))
    click(button("Car called Car"))
    expect(onopen.mock.calls).toEqual([[0, 1]])
  })

  it("is one stop of the Tab key, and the arrows walk through it", () => {
    const { at, button } = drawn()
    expect(at.querySelectorAll("button[tabindex='0']")).toHaveLength(1)
    button("Car called Car")?.focus()
    press(document.activeElement, "ArrowRight")
    press(document.activeElement, "ArrowDown")
    expect(document.activeElement).toBe(button("Bus called Bus"))
    press(document.activeElement, "ArrowDown")
    expect(document.activeElement).toBe(button("Bus called Bus"))
    press(document.activeElement, "Home")
    expect(document.activeElement).toBe(button("Bus called Car"))
    expect(at.querySelectorAll("button[tabindex='0']")).toHaveLength(1)
  })
})
