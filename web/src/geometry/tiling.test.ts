import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Box } from "./box.ts"
import { tiled } from "./tiling.ts"

const GAP = 3
const wide = { width: 400, height: 300 }
const size = fc.record({ width: fc.integer({ min: 1, max: 20000 }), height: fc.integer({ min: 1, max: 20000 }) })
const pane = fc.record({ width: fc.integer({ min: 200, max: 4000 }), height: fc.integer({ min: 200, max: 4000 }) })

describe("images in a pane", () => {
  it("has one image alone fill it", () => {
    expect(tiled([wide], { width: 900, height: 700 }, GAP)).toEqual([{ x: 0, y: 0, w: 900, h: 700 }])
  })
  it("lays two wide ones below one another in a high pane, side by side in a wide one", () => {
    // 600 + 3 over two: parts begin at 0 and 301.5, which is 302, and are 299 and 298 long.
    expect(tiled([wide, wide], { width: 400, height: 600 }, GAP)).toEqual([
      { x: 0, y: 0, w: 400, h: 299 },
      { x: 0, y: 302, w: 400, h: 298 },
    ])
    expect(tiled([wide, wide], { width: 1000, height: 300 }, GAP).map(({ x, h }) => [x, h])).toEqual([
      [0, 300],
      [502, 300],
    ])
  })
  it("lays four in two rows, and the third of three over the whole row", () => {
    expect(tiled([wide, wide, wide, wide], { width: 803, height: 603 }, GAP)).toEqual([
      { x: 0, y: 0, w: 400, h: 300 },
      { x: 403, y: 0, w: 400, h: 300 },
      { x: 0, y: 303, w: 400, h: 300 },
      { x: 403, y: 303, w: 400, h: 300 },
    ])
    expect(tiled([wide, wide, wide], { width: 803, height: 603 }, GAP)[2]).toEqual({ x: 0, y: 303, w: 803, h: 300 })
  })
  it("keeps them within the pane, apart, and of some size", () => {
    fc.assert(
      fc.property(fc.array(size, { minLength: 1, maxLength: 4 }), pane, (images, within) => {
        const boxes = tiled(images, within, GAP)
        expect(boxes).toHaveLength(images.length)
        boxes.forEach((box, i) => {
          expect(box.w >= 1 && box.h >= 1 && box.x >= 0 && box.y >= 0).toBe(true)
          expect(box.x + box.w <= within.width && box.y + box.h <= within.height).toBe(true)
          for (const other of boxes.slice(i + 1)) expect(areApart(box, other)).toBe(true)
        })
      }),
    )
  })
})

function areApart(one: Box, other: Box): boolean {
  const gapOf = (a: number, b: number, aLength: number, bLength: number) => Math.max(b - a - aLength, a - b - bLength)
  return Math.max(gapOf(one.x, other.x, one.w, other.w), gapOf(one.y, other.y, one.h, other.h)) >= GAP
}
