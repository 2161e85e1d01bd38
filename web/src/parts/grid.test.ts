import { describe, expect, it } from "vitest"
import { layout, moved, revealed } from "./grid.ts"

// 430 px hold 4 tiles of 100 with gaps of 10: 4 * 100 + 3 * 10. A tile is 100 * 0.75 + 25 = 100 high, a row 110.
const view = { width: 430, height: 300, scrollTop: 0, count: 1_000, least: 100, aspect: 0.75, caption: 25, gap: 10 }

describe("layout", () => {
  it("fits as many columns as the least width allows and shares the rest", () => {
    expect(layout(view)).toMatchObject({ columns: 4, tileWidth: 100, tileHeight: 100 })
    // 539 px: still 4 columns (5 need 540); (539 - 30) / 4 = 127.25.
    expect(layout({ ...view, width: 539 })).toMatchObject({ columns: 4, tileWidth: 127.25 })
    expect(layout({ ...view, width: 540 })).toMatchObject({ columns: 5, tileWidth: 100 })
  })
  it("draws what is in view and two rows more on either side", () => {
    // Rows 0 to 2 are in view (300 / 110 = 2.7), two more follow: 5 rows of 4.
    expect(layout(view)).toMatchObject({ first: 0, last: 20, above: 0 })
    // Scrolled by 10 rows: rows 10 to 12 in view, drawn 8 to 14.
    expect(layout({ ...view, scrollTop: 1_100 })).toMatchObject({ first: 32, last: 60, above: 880 })
  })
  it("knows the height of all: 250 rows of 110 less one gap", () => {
    expect(layout(view).total).toBe(27_490)
  })
  it("stands an empty grid, a single column and a scroll beyond the end", () => {
    expect(layout({ ...view, count: 0 })).toMatchObject({ first: 0, last: 0, total: 0 })
    expect(layout({ ...view, width: 50 })).toMatchObject({ columns: 1, tileWidth: 50 })
    const beyond = layout({ ...view, count: 8, scrollTop: 9_999 })
    expect(beyond.first).toBeLessThanOrEqual(beyond.last)
    expect(beyond.last).toBeLessThanOrEqual(8)
  })
})

describe("moved", () => {
  // 4 columns, 10 tiles: rows of 4, 4 and 2.
  it.each([
    [0, "ArrowLeft", 0],
    [3, "ArrowRight", 4],
    [9, "ArrowRight", 9],
    [1, "ArrowUp", 1],
    [5, "ArrowUp", 1],
    [5, "ArrowDown", 9],
    [7, "ArrowDown", 9],
    [8, "ArrowDown", 8],
    [9, "Home", 0],
    [0, "End", 9],
    [9, "PageUp", 1],
    [0, "PageDown", 8],
    [0, "x", null],
  ])("from %d by %s to %s", (at, key, to) => expect(moved(at, key, 4, 10, 2)).toBe(to))

  it("leads nowhere in an empty grid", () => expect(moved(0, "End", 4, 0, 2)).toBeNull())
})

describe("revealed", () => {
  const plan = layout(view)
  it("scrolls up to a tile above", () => expect(revealed(0, plan, { ...view, scrollTop: 500 })).toBe(0))
  // Row 5 spans 550 to 650; its end at the bottom edge means scrolling to 350.
  it("scrolls down to a tile below", () => expect(revealed(20, plan, view)).toBe(350))
  it("stays where the tile is in view", () => expect(revealed(4, plan, { ...view, scrollTop: 60 })).toBe(60))
})
