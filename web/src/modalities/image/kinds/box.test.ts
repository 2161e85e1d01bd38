import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Edge } from "#editor/kind.ts"
import { HANDLE_NAMES } from "#geometry/box.ts"
import { imagePoint } from "#geometry/point.ts"
import { boxKind } from "./box.ts"

const image = { width: 400, height: 300 }
const box = { x: 10, y: 20, w: 30, h: 40 }
const codes = (geometry: Record<string, unknown>) => boxKind.problems(geometry, image).map((problem) => problem.code)

describe("problems", () => {
  it("are none for a box inside the image, the rounding of its edges included", () => {
    expect(codes(box)).toEqual([])
    expect(codes({ x: -0.01, y: 0, w: 400.01, h: 300 })).toEqual([])
  })
  it("are a side under a pixel, an edge outside, a number that is none", () => {
    expect(codes({ ...box, w: 0.99 })).toEqual(["too_small"])
    expect(codes({ ...box, x: 380 })).toEqual(["outside"])
    expect(codes({ ...box, x: Number.NaN })).toEqual(["bad_geometry"])
    expect(codes({ x: 1, y: 2, w: 3 })).toEqual(["bad_geometry"])
  })
})

describe("changing", () => {
  const number = fc.double({ min: -1000, max: 1000, noNaN: true })
  const good = fc
    .record({
      x: fc.double({ min: 0, max: 398, noNaN: true }),
      y: fc.double({ min: 0, max: 298, noNaN: true }),
      w: number,
      h: number,
    })
    .map((each) => boxKind.mended({ ...each, w: Math.abs(each.w) + 1, h: Math.abs(each.h) + 1 }, image))
    .filter((each) => each !== null)

  it("never makes a good box bad, by handle, edge, move or number", () => {
    const edge = fc.constantFrom<Edge>("left", "top", "right", "bottom")
    fc.assert(
      fc.property(
        good,
        fc.constantFrom(...HANDLE_NAMES),
        edge,
        number,
        number,
        fc.boolean(),
        (each, handle, side, a, b, keeps) => {
          const results = [
            boxKind.reshaped(each, handle, imagePoint(a, b), keeps, image),
            boxKind.pushed(each, side, a, image),
            boxKind.moved(each, a, b, image),
            ...["x", "y", "w", "h"].map((name) => boxKind.withCoordinate(each, name, a, image)),
          ]
          for (const result of results) expect(codes(result as Record<string, number>)).toEqual([])
        },
      ),
    )
  })

  it("pushes edges outwards and inwards, to the least size at most", () => {
    expect(boxKind.pushed(box, "right", 5, image)).toEqual({ x: 10, y: 20, w: 35, h: 40 })
    expect(boxKind.pushed(box, "left", 5, image)).toEqual({ x: 5, y: 20, w: 35, h: 40 })
    expect(boxKind.pushed(box, "top", -10, image)).toEqual({ x: 10, y: 30, w: 30, h: 30 })
    expect(boxKind.pushed(box, "bottom", -99, image)).toEqual({ x: 10, y: 20, w: 30, h: 1 })
  })

  it("sets one number and keeps the others where it can", () => {
    expect(boxKind.withCoordinate(box, "x", 50, image)).toEqual({ x: 50, y: 20, w: 30, h: 40 })
    expect(boxKind.withCoordinate(box, "w", 1000, image)).toEqual({ x: 10, y: 20, w: 390, h: 40 })
  })

  it("mends what reaches outside, and gives up on what lies there altogether", () => {
    expect(boxKind.mended({ x: -5, y: 20, w: 30, h: 40 }, image)).toEqual({ x: 0, y: 20, w: 25, h: 40 })
    expect(boxKind.mended({ x: 500, y: 20, w: 30, h: 40 }, image)).toBeNull()
  })
})

describe("words", () => {
  it("are short", () => expect(boxKind.words({ x: 1.4, y: 2.6, w: 30, h: 40 })).toBe("30 × 40 px at 1, 3"))
})
