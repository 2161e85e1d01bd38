import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Box } from "#geometry/box.ts"
import { iou } from "#geometry/box.ts"
import type { Path, XY } from "#geometry/path.ts"
import { areaOf, rasterised, type Spans } from "#geometry/spans.ts"
import { disc, discSpans, GREEN, iouOf, picture, RED } from "../testing.ts"
import type { AnswerTo, Job, WireJob } from "./jobs.ts"
import type { Pixels } from "./raster.ts"
import { finished } from "./steps.ts"
import { tightBox, Workshop } from "./workshop.ts"

function ask<J extends Job>(pixels: Pixels, job: J): AnswerTo<J> {
  return finished(new Workshop(() => pixels).do(job))
}

const CENTRE: XY = [100, 80]
const ROUND = disc(200, 160, CENTRE, 50)
const ROUND_SPANS = discSpans(200, 160, CENTRE, 50)

function wire(from: XY, to: XY, more: Partial<WireJob> = {}): WireJob {
  return { sort: "wire", image: "a", from, to, reach: 0, pixel: 1, isFinal: true, ...more }
}

function furthestFrom(path: Path, [cx, cy]: XY, radius: number): number {
  return Math.max(...path.map(([x, y]) => Math.abs(Math.hypot(x - cx, y - cy) - radius)))
}

describe("wire", () => {
  it("follows the border of a disc from its left to its top", () => {
    const { points } = ask(ROUND, wire([50, 80], [100, 30]))
    expect([points[0], points[points.length - 1]]).toEqual([
      [50, 80],
      [100, 30],
    ])
    // The border is between pixels, whose middles are half a pixel and at a corner 0.7 pixels away from it.
    expect(furthestFrom(points, CENTRE, 50)).toBeLessThan(2)
    // A straight line would come as near to the centre as 35.
    expect(points.length).toBeGreaterThan(4)
  })

  it("puts an end that is near an edge on it", () => {
    const { points } = ask(ROUND, wire([50, 80], [100, 35], { reach: 8 }))
    const [x, y] = points[points.length - 1] as XY
    expect(Math.abs(Math.hypot(x - 100, y - 80) - 50)).toBeLessThan(1.5)
  })

  it("finds the border of a large picture at full size, although it looks at it small", { timeout: 60_000 }, () => {
    // 16 pixels of the image for one of the screen: at first it works on a tenth of each side.
    const large = disc(1600, 1200, [800, 600], 400, 4)
    const { points } = ask(large, wire([400, 600], [800, 200], { pixel: 4 }))
    expect(furthestFrom(points, [800, 600], 400)).toBeLessThan(3)
  })
})

describe("region", () => {
  const view = { x: 0, y: 0, w: 200, h: 160 }
  const click = (at: XY, isRemoving = false) => ({ at, tolerance: 12, isRemoving })

  it("takes the disc that is clicked, and nothing else", { timeout: 60_000 }, () => {
    const { spans } = ask(ROUND, { sort: "region", image: "a", view, clicks: [click([100, 80])], isFinal: true })
    expect(iouOf(spans, ROUND_SPANS)).toBeGreaterThan(0.97)
  })

  it("takes off what is clicked with removing", () => {
    const clicks = [click([100, 80]), click([5, 5]), click([100, 80], true)]
    const { spans } = ask(ROUND, { sort: "region", image: "a", view, clicks, isFinal: false })
    expect(iouOf(spans, ROUND_SPANS)).toBeLessThan(0.05)
    expect(areaOf(spans)).toBeGreaterThan(0.9 * (200 * 160 - areaOf(ROUND_SPANS)))
  })

  it("grows with its tolerance, never shrinks", { timeout: 60_000 }, () => {
    const workshop = new Workshop(() => ROUND)
    const at = (tolerance: number, place: XY): Spans => {
      const clicks = [{ at: place, tolerance, isRemoving: false }]
      return finished(workshop.do({ sort: "region", image: "a", view, clicks, isFinal: false })).spans
    }
    const places = fc.tuple(fc.integer({ min: 0, max: 199 }), fc.integer({ min: 0, max: 159 }))
    const tolerances = fc.double({ min: 0, max: 60, noNaN: true })
    fc.assert(
      fc.property(places, tolerances, tolerances, (place, a, b) => {
        const [small, large] = [at(Math.min(a, b), place), at(Math.max(a, b), place)]
        expect(areaOf(small)).toBeGreaterThan(0)
        expect(iouOf(small, large) * areaOf(large)).toBeCloseTo(areaOf(small), 3)
      }),
      { numRuns: 25 },
    )
  })
})

describe("cut", () => {
  it("finds the disc in a box around it", { timeout: 60_000 }, () => {
    const { spans } = ask(ROUND, { sort: "cut", image: "a", box: { x: 38, y: 20, w: 125, h: 120 }, strokes: [] })
    expect(iouOf(spans, ROUND_SPANS)).toBeGreaterThan(0.97)
  })

  it("finds it at full size in a large picture", { timeout: 60_000 }, () => {
    const large = disc(700, 500, [350, 250], 180, 6)
    const { spans } = ask(large, { sort: "cut", image: "a", box: { x: 160, y: 60, w: 380, h: 380 }, strokes: [] })
    // Half a pixel all around a disc of 180 is 0.6 % of it; at the small size half of one would be 1.6 %.
    expect(iouOf(spans, discSpans(700, 500, [350, 250], 180))).toBeGreaterThan(0.99)
  })

  it("obeys strokes", { timeout: 60_000 }, () => {
    // Two discs of one colour in the box: a stroke takes the right one out.
    const two = picture(220, 120, (x, y) =>
      Math.hypot(x - 60, y - 60) < 35 || Math.hypot(x - 160, y - 60) < 35 ? RED : GREEN,
    )
    const box = { x: 15, y: 15, w: 190, h: 90 }
    const both = ask(two, { sort: "cut", image: "a", box, strokes: [] })
    const path: Path = [
      [130, 60],
      [190, 60],
    ]
    const strokes = [
      { path, isRemoving: true },
      {
        path: [
          [160, 30],
          [160, 90],
        ] as Path,
        isRemoving: true,
      },
    ]
    const one = ask(two, { sort: "cut", image: "a", box, strokes })
    expect(areaOf(both.spans)).toBeGreaterThan(1.8 * Math.PI * 34 ** 2)
    for (let at = 0; at < one.spans.length; at += 3) {
      if (one.spans[at] === 60) expect(one.spans[at + 2]).toBeLessThanOrEqual(131)
    }
  })

  it("never leaves the box or the picture", { timeout: 60_000 }, () => {
    const places = fc.tuple(
      fc.integer({ min: -20, max: 190 }),
      fc.integer({ min: -20, max: 150 }),
      fc.integer({ min: 4, max: 120 }),
      fc.integer({ min: 4, max: 120 }),
    )
    fc.assert(
      fc.property(places, ([x, y, w, h]) => {
        const { spans } = ask(ROUND, { sort: "cut", image: "a", box: { x, y, w, h }, strokes: [] })
        for (let at = 0; at < spans.length; at += 3) {
          const [row, start, end] = [spans[at], spans[at + 1], spans[at + 2]] as [number, number, number]
          expect(row >= Math.max(0, y) && row < Math.min(160, y + h) + (y + h <= 0 ? 1 : 0)).toBe(true)
          expect(start >= Math.max(0, Math.min(x, 199)) && end <= Math.min(200, Math.max(x + w, 1))).toBe(true)
        }
      }),
      { numRuns: 8 },
    )
  })
})

describe("snap", () => {
  const square = picture(160, 120, (x, y) => (x >= 40 && x < 110 && y >= 30 && y < 90 ? RED : GREEN))

  it("draws the corners of a careless outline to those of the shape", () => {
    const loose: Path = [
      [36, 27],
      [114, 33],
      [107, 94],
      [43, 86],
    ]
    const { outlines } = ask(square, {
      sort: "snap",
      image: "a",
      outlines: [{ paths: [loose], isClosed: true }],
      reach: 8,
    })
    const [outline] = outlines
    const [path] = outline && "paths" in outline ? outline.paths : []
    const wanted: Path = [
      [40, 30],
      [110, 30],
      [110, 90],
      [40, 90],
    ]
    path?.forEach(([x, y], i) => {
      const [wx, wy] = wanted[i] as XY
      expect(Math.hypot(x - wx, y - wy)).toBeLessThan(1.5)
    })
    expect(path).toHaveLength(4)
  })

  it("moves no corner much further than its reach, and keeps their number", { timeout: 60_000 }, () => {
    const corners = fc.array(fc.tuple(fc.integer({ min: 5, max: 155 }), fc.integer({ min: 5, max: 115 })), {
      minLength: 2,
      maxLength: 8,
    })
    fc.assert(
      fc.property(corners, fc.integer({ min: 2, max: 12 }), fc.boolean(), (path, reach, isClosed) => {
        const { outlines } = ask(square, { sort: "snap", image: "a", outlines: [{ paths: [path], isClosed }], reach })
        const found = outlines[0] && "paths" in outlines[0] ? outlines[0].paths[0] : []
        expect(found).toHaveLength(path.length)
        found?.forEach(([x, y], i) => {
          const [fx, fy] = path[i] as XY
          expect(Math.hypot(x - fx, y - fy)).toBeLessThanOrEqual(Math.SQRT2 * reach + 2)
        })
      }),
      { numRuns: 40 },
    )
  })

  it("draws the border of a mask to the edge", { timeout: 60_000 }, () => {
    const loose = rasterised(
      [
        [
          [36, 27],
          [112, 33],
          [108, 93],
          [43, 87],
        ],
      ],
      { width: 160, height: 120 },
    )
    const { outlines } = ask(square, { sort: "snap", image: "a", outlines: [{ spans: loose }], reach: 8 })
    const wanted = rasterised(
      [
        [
          [40, 30],
          [110, 30],
          [110, 90],
          [40, 90],
        ],
      ],
      { width: 160, height: 120 },
    )
    const spans = outlines[0] && "spans" in outlines[0] ? outlines[0].spans : loose
    expect(iouOf(spans, wanted)).toBeGreaterThan(0.98)
  })
})

describe("fit", () => {
  it("draws a loose box tight, and says so where there is nothing", () => {
    const { boxes } = ask(ROUND, { sort: "fit", image: "a", boxes: [{ x: 30, y: 15, w: 140, h: 130 }] })
    // The disc goes from 50 to 150 across and from 30 to 130 down.
    expect(iou(boxes[0] as Box, { x: 50, y: 30, w: 100, h: 100 })).toBeGreaterThan(0.94)
  })
})

describe("tightBox", () => {
  it("leaves out rows that hardly anything is in", () => {
    // Ten rows of 100 pixels, and one of 3: less than 4 % of 100.
    const rows = Array.from({ length: 10 }, (_, i) => [20 + i, 10, 110]).flat()
    const spans = Int32Array.from([19, 50, 53, ...rows])
    expect(tightBox(spans, { x: 0, y: 0, w: 120, h: 40 })).toEqual({ x: 10, y: 20, w: 100, h: 10 })
  })
  it("is none of next to nothing", () => {
    expect(tightBox(Int32Array.of(5, 5, 8), { x: 0, y: 0, w: 100, h: 100 })).toBeNull()
  })
})

describe("follow", () => {
  /** Spots on a ground that differs from place to place; the spot lies at (x, y). */
  const scene = (x: number, y: number) =>
    picture(240, 180, (px, py) => {
      const [dx, dy] = [px - x, py - y]
      if (Math.abs(dx) < 14 && Math.abs(dy) < 10) return dx + dy > 0 ? RED : [230, 220, 90]
      const ground = 110 + 40 * Math.sin(px / 17) * Math.cos(py / 23)
      return [ground, ground, ground]
    })
  const open = (moved: XY) => (image: string) => (image === "a" ? scene(100, 90) : scene(100 + moved[0], 90 + moved[1]))

  it("finds how far a thing has moved", { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.integer({ min: -14, max: 14 }), fc.integer({ min: -10, max: 10 }), (dx, dy) => {
        const boxes = [{ x: 86, y: 80, w: 28, h: 20 }]
        const { moves } = finished(new Workshop(open([dx, dy])).do({ sort: "follow", image: "a", next: "b", boxes }))
        const [move] = moves
        expect(Math.abs((move?.dx ?? 99) - dx)).toBeLessThanOrEqual(1.5)
        expect(Math.abs((move?.dy ?? 99) - dy)).toBeLessThanOrEqual(1.5)
        expect(move?.confidence).toBeGreaterThan(0.6)
      }),
      { numRuns: 5 },
    )
  })

  it("is not sure of what is gone", { timeout: 60_000 }, () => {
    const boxes = [{ x: 86, y: 80, w: 28, h: 20 }]
    const open2 = (image: string) => (image === "a" ? scene(100, 90) : scene(-100, -100))
    const { moves } = finished(new Workshop(open2).do({ sort: "follow", image: "a", next: "b", boxes }))
    expect(moves[0]?.confidence).toBeLessThan(0.6)
  })
})
