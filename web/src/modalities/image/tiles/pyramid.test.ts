import { describe, expect, it } from "vitest"
import { boxOf, levelFor, type Pyramid, parentOf, tilesIn, tilesOf, wantedFor } from "./pyramid.ts"

/** 10,000 x 6,000 in tiles of 512: 10,000 / 512 = 19.5 columns; halved five times it is 313 wide, a single tile. */
const LARGE: Pyramid = { width: 10_000, height: 6_000, tile: 512, levels: 6 }

describe("tilesOf", () => {
  it("counts the last, smaller ones", () => {
    expect(tilesOf(LARGE, 0)).toEqual({ columns: 20, rows: 12 })
    // 5,000 x 3,000.
    expect(tilesOf(LARGE, 1)).toEqual({ columns: 10, rows: 6 })
    expect(tilesOf(LARGE, 5)).toEqual({ columns: 1, rows: 1 })
  })
})

describe("levelFor", () => {
  it("is as fine as the screen, or finer", () => {
    expect(levelFor(LARGE, 4)).toBe(0)
    expect(levelFor(LARGE, 1)).toBe(0)
    expect(levelFor(LARGE, 0.51)).toBe(0)
    expect(levelFor(LARGE, 0.5)).toBe(1)
    expect(levelFor(LARGE, 0.3)).toBe(1)
    expect(levelFor(LARGE, 0.001)).toBe(5)
  })
})

describe("boxOf", () => {
  it("ends at the image's border", () => {
    expect(boxOf(LARGE, { level: 0, column: 19, row: 11 })).toEqual({ x: 9728, y: 5632, w: 272, h: 368 })
    expect(boxOf(LARGE, { level: 5, column: 0, row: 0 })).toEqual({ x: 0, y: 0, w: 10_000, h: 6_000 })
  })
})

describe("tilesIn", () => {
  it("gives what touches the box, the middle first, and nothing outside the image", () => {
    const found = tilesIn(LARGE, 0, { x: 500, y: 500, w: 600, h: 20 })
    // Columns 0 to 2 and rows 0 and 1; the middle of the box, (800, 510), is in column 1, row 0.
    expect(found).toHaveLength(6)
    expect(found[0]).toEqual({ level: 0, column: 1, row: 0 })
    expect(tilesIn(LARGE, 0, { x: -900, y: -900, w: 500, h: 500 })).toEqual([])
  })

  it("does not take the neighbour that a box only ends at", () => {
    expect(tilesIn(LARGE, 0, { x: 0, y: 0, w: 512, h: 512 })).toEqual([{ level: 0, column: 0, row: 0 }])
  })

  it("covers any box: each of its corners inside the image lies in a tile that was found", () => {
    for (let n = 0; n < 200; n++) {
      const box = { x: (n * 997) % 9_000, y: (n * 613) % 5_000, w: 1 + ((n * 131) % 900), h: 1 + ((n * 71) % 900) }
      const level = n % 4
      const boxes = tilesIn(LARGE, level, box).map((tile) => boxOf(LARGE, tile))
      for (const [x, y] of [
        [box.x, box.y],
        [box.x + box.w - 0.5, box.y + box.h - 0.5],
      ] as const) {
        const isIn = boxes.some((each) => x >= each.x && y >= each.y && x < each.x + each.w && y < each.y + each.h)
        expect(isIn).toBe(true)
      }
    }
  })
})

describe("wantedFor", () => {
  it("asks for the whole first, then for what is in sight and one level up, each once", () => {
    const wanted = wantedFor(LARGE, 0, { x: 0, y: 0, w: 1000, h: 500 })
    expect(wanted.map(({ level }) => level)).toEqual([5, 0, 0, 1])
    expect(wantedFor(LARGE, 5, { x: 0, y: 0, w: 10_000, h: 6_000 })).toHaveLength(1)
    expect(wantedFor(LARGE, 4, { x: 0, y: 0, w: 10_000, h: 6_000 }).map(({ level }) => level)).toEqual([5, 4, 4])
  })
})

describe("parentOf", () => {
  it("covers its child", () => {
    const child = { level: 1, column: 7, row: 5 }
    const [inner, outer] = [boxOf(LARGE, child), boxOf(LARGE, parentOf(child))]
    expect(inner.x >= outer.x && inner.x + inner.w <= outer.x + outer.w).toBe(true)
    expect(inner.y >= outer.y && inner.y + inner.h <= outer.y + outer.h).toBe(true)
  })
})
