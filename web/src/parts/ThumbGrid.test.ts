// @vitest-environment jsdom
import type { Component } from "svelte"
import { flushSync } from "svelte"
import { beforeEach, describe, expect, it, vi } from "vitest"
import { draw, measure, press, words } from "./mounting.ts"
import { Selection } from "./selection.svelte.ts"
import ThumbGrid from "./ThumbGrid.svelte"

const items = Array.from({ length: 10_000 }, (_, at) => `i${at}`)

const grid = (props: Record<string, unknown> = {}) =>
  draw(ThumbGrid as unknown as Component<Record<string, unknown>>, {
    label: "Images",
    items,
    key: (item: string) => item,
    name: (item: string) => item,
    tile: words("picture"),
    least: 100,
    aspect: 1,
    gap: 0,
    ...props,
  })
const tiles = (drawn: HTMLElement) => [...drawn.querySelectorAll<HTMLElement>("[role=option]")]
const settled = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))

// A box of 408 by 300 px: 4 px of padding on either side leave 400, which is 4 columns of 100 px.
beforeEach(() => measure(408, 300))

describe("ThumbGrid", () => {
  it("draws what is in view of ten thousand, and tells readers where each stands", () => {
    const drawn = grid()
    // Three rows are in view and two more are ready: 20 tiles.
    expect(tiles(drawn)).toHaveLength(20)
    expect(tiles(drawn)[5]?.getAttribute("aria-posinset")).toBe("6")
    expect(tiles(drawn)[5]?.getAttribute("aria-setsize")).toBe("10000")
  })

  it("walks by the arrow keys, to tiles that were not drawn before", async () => {
    const drawn = grid()
    tiles(drawn)[0]?.focus()
    press(document.activeElement, "ArrowDown")
    await settled()
    expect(document.activeElement?.getAttribute("aria-label")).toBe("i4")
    press(document.activeElement, "End")
    await settled()
    flushSync()
    expect(document.activeElement?.getAttribute("aria-label")).toBe("i9999")
  })

  it("chooses by Space, Shift and Ctrl+A, and lets go by Escape", () => {
    const selection = new Selection()
    const drawn = grid({ selection })
    tiles(drawn)[1]?.focus()
    press(document.activeElement, " ")
    press(document.activeElement, "ArrowRight", { shiftKey: true })
    expect([...selection.keys]).toEqual(["i1", "i2"])
    press(drawn.querySelector("[role=listbox]"), "Escape")
    expect(selection.size).toBe(0)
    press(drawn.querySelector("[role=listbox]"), "a", { ctrlKey: true })
    expect(selection.size).toBe(10_000)
  })

  it("opens by Enter", () => {
    const onopen = vi.fn()
    const drawn = grid({ onopen })
    tiles(drawn)[2]?.focus()
    press(document.activeElement, "Enter")
    expect(onopen).toHaveBeenCalledWith("i2")
  })

  it("asks for more only when its end is near", () => {
    const far = vi.fn()
    grid({ onend: far })
    expect(far).not.toHaveBeenCalled()
    const near = vi.fn()
    grid({ onend: near, items: items.slice(0, 12) })
    expect(near).toHaveBeenCalled()
  })
})
