import fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  boundsOfFrame,
  cornersOf,
  type Frame,
  frameFrom,
  handleIn,
  placeIn,
  pulled,
  seenFrom,
  wrapped,
} from "./frame.ts"
import { imagePoint } from "./point.ts"

const quarter: Frame = { cx: 100, cy: 100, w: 40, h: 20, angle: 90 }
const frames = fc.record({
  cx: fc.double({ min: 0, max: 400, noNaN: true }),
  cy: fc.double({ min: 0, max: 300, noNaN: true }),
  w: fc.double({ min: 2, max: 200, noNaN: true }),
  h: fc.double({ min: 2, max: 200, noNaN: true }),
  angle: fc.double({ min: -179, max: 180, noNaN: true }),
})
const number = fc.double({ min: -500, max: 500, noNaN: true })

describe("placeIn", () => {
  it("turns clockwise on a screen", () => {
    // The right side of 40, turned by a quarter, is 20 below the centre.
    const [x, y] = placeIn(quarter, 1, 0)
    expect([x, y]).toEqual([expect.closeTo(100), expect.closeTo(120)])
  })
  it("is undone by looking from the frame", () => {
    fc.assert(
      fc.property(frames, (frame) => {
        const [x, y] = seenFrom(frame, placeIn(frame, 1, -1))
        expect(x).toBeCloseTo(frame.w / 2)
        expect(y).toBeCloseTo(-frame.h / 2)
      }),
    )
  })
})

describe("wrapped", () => {
  it("names each direction once", () => {
    expect([wrapped(0), wrapped(180), wrapped(-180), wrapped(270), wrapped(-540)]).toEqual([0, 180, 180, -90, 180])
  })
})

describe("pulled", () => {
  it("keeps what is opposite where it is, and no side shorter than the least", () => {
    fc.assert(
      fc.property(
        frames,
        fc.constantFrom("nw", "ne", "se", "sw", "n", "e", "s", "w"),
        number,
        number,
        (frame, name, x, y) => {
          const opposite = { nw: "se", ne: "sw", se: "nw", sw: "ne", n: "s", e: "w", s: "n", w: "e" } as const
          const next = pulled(frame, name, imagePoint(x, y), false, 1)
          const [ax, ay] = handleIn(frame, opposite[name])
          const [bx, by] = handleIn(next, opposite[name])
          expect(Math.hypot(ax - bx, ay - by)).toBeLessThan(1e-6)
          expect(Math.min(next.w, next.h)).toBeGreaterThanOrEqual(1)
          expect(next.angle).toBe(frame.angle)
        },
      ),
    )
  })
  it("brings a corner to the pointer", () => {
    const next = pulled(quarter, "se", imagePoint(80, 130), false, 1)
    const [x, y] = handleIn(next, "se")
    expect([x, y]).toEqual([expect.closeTo(80), expect.closeTo(130)])
  })
})

describe("frameFrom", () => {
  it("spans from an edge to either side", () => {
    const [a, b] = [imagePoint(10, 10), imagePoint(50, 10)]
    expect(frameFrom(a, b, imagePoint(30, 40))).toEqual({ cx: 30, cy: 25, w: 40, h: 30, angle: 0 })
    expect(frameFrom(a, b, imagePoint(30, 0))).toEqual({ cx: 30, cy: 5, w: 40, h: 10, angle: 0 })
  })
})

describe("boundsOfFrame", () => {
  it("are around the corners", () => {
    fc.assert(
      fc.property(frames, (frame) => {
        const { x, y, w, h } = boundsOfFrame(frame)
        for (const [atX, atY] of cornersOf(frame)) {
          expect(atX).toBeGreaterThanOrEqual(x - 1e-6)
          expect(atX).toBeLessThanOrEqual(x + w + 1e-6)
          expect(atY).toBeGreaterThanOrEqual(y - 1e-6)
          expect(atY).toBeLessThanOrEqual(y + h + 1e-6)
        }
      }),
    )
  })
})
