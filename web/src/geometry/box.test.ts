import fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  type Box,
  boxBetween,
  clipped,
  encloses,
  grown,
  HANDLE_NAMES,
  handleAt,
  intersection,
  iou,
  movedWithin,
  neat,
  reshaped,
  touches,
  union,
  unionOf,
} from "./box.ts"
import { imagePoint } from "./point.ts"

const side = fc.double({ min: 0, max: 500, noNaN: true })
const place = fc.double({ min: -500, max: 500, noNaN: true })
const anyBox = fc.record({ x: place, y: place, w: side, h: side })
const box: Box = { x: 10, y: 20, w: 30, h: 40 }

describe("boxBetween", () => {
  it("takes any two opposite corners", () => {
    expect(boxBetween(imagePoint(40, 20), imagePoint(10, 60))).toEqual(box)
  })
})

describe("intersection, union and iou", () => {
  it("overlaps by a known share", () => {
    // 10 x 10 and 10 x 10, shifted by (5, 0): 50 in common, 150 together.
    expect(iou({ x: 0, y: 0, w: 10, h: 10 }, { x: 5, y: 0, w: 10, h: 10 })).toBeCloseTo(1 / 3, 12)
  })
  it("is null for boxes that only touch", () => {
    expect(intersection({ x: 0, y: 0, w: 1, h: 1 }, { x: 1, y: 0, w: 1, h: 1 })).toBeNull()
    expect(touches({ x: 0, y: 0, w: 1, h: 1 }, { x: 1, y: 0, w: 1, h: 1 })).toBe(true)
  })
  it("holds: union encloses both, iou is symmetric, within [0, 1], and 1 of a box with itself", () => {
    fc.assert(
      fc.property(anyBox, anyBox, (a, b) => {
        expect(encloses(union(a, b), a, 1e-9) && encloses(union(a, b), b, 1e-9)).toBe(true)
        expect(iou(a, b)).toBeCloseTo(iou(b, a), 9)
        expect(iou(a, b)).toBeGreaterThanOrEqual(0)
        expect(iou(a, b)).toBeLessThanOrEqual(1 + 1e-9)
        if (a.w > 1e-3 && a.h > 1e-3) expect(iou(a, a)).toBeCloseTo(1, 9)
      }),
    )
  })
  it("is null of no boxes", () => expect(unionOf([])).toBeNull())
})

describe("clipped and movedWithin", () => {
  it("cuts at the border", () => {
    expect(clipped({ x: -5, y: 90, w: 20, h: 20 }, { width: 100, height: 100 })).toEqual({ x: 0, y: 90, w: 15, h: 10 })
  })
  it("moves up to the border and keeps the size", () => {
    expect(movedWithin(box, 1000, -1000, { width: 100, height: 100 })).toEqual({ x: 70, y: 0, w: 30, h: 40 })
  })
  it("keeps any box that fits inside, wherever it is pushed", () => {
    const image = { width: 600, height: 600 }
    fc.assert(
      fc.property(anyBox, place, place, (each, dx, dy) => {
        const inside = movedWithin(each, 0, 0, image)
        expect(encloses({ x: 0, y: 0, w: 600, h: 600 }, movedWithin(inside, dx, dy, image), 1e-9)).toBe(true)
      }),
    )
  })
})

describe("neat", () => {
  it("rounds edges, so that neighbours stay neighbours", () => {
    // Edges at 0.004 and 1.008 round to 0 and 1.01; a rounded side of 1.004 would have given 1.
    expect(neat({ x: 0.004, y: 0, w: 1.004, h: 1 })).toEqual({ x: 0, y: 0, w: 1.01, h: 1 })
  })
})

describe("grown", () => {
  it("grows on every side and shrinks to a point at most", () => {
    expect(grown(box, 5)).toEqual({ x: 5, y: 15, w: 40, h: 50 })
    expect(grown(box, -100)).toEqual({ x: 25, y: 40, w: 0, h: 0 })
  })
})

describe("reshaped", () => {
  it("pulls a corner", () => expect(reshaped(box, "se", imagePoint(100, 100))).toEqual({ x: 10, y: 20, w: 90, h: 80 }))
  it("pulls an edge along its axis only", () => {
    expect(reshaped(box, "w", imagePoint(0, 999))).toEqual({ x: 0, y: 20, w: 40, h: 40 })
  })
  it("turns over when pulled past the other side", () => {
    expect(reshaped(box, "e", imagePoint(0, 0))).toEqual({ x: 0, y: 20, w: 10, h: 40 })
  })
  it("keeps the proportion where asked", () => {
    expect(reshaped(box, "se", imagePoint(70, 30), true)).toEqual({ x: 10, y: 20, w: 60, h: 80 })
  })
  it("leaves the box as it is when a handle is put where it is", () => {
    fc.assert(
      fc.property(anyBox, fc.constantFrom(...HANDLE_NAMES), (each, name) => {
        const same = reshaped(each, name, handleAt(each, name))
        for (const key of ["x", "y", "w", "h"] as const) expect(same[key]).toBeCloseTo(each[key], 6)
      }),
    )
  })
})
