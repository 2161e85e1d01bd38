import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { maskArea, maskOf, spansOf } from "./mask.ts"
import type { Path } from "./path.ts"
import { ringArea } from "./path.ts"
import { holesOf, outlinesOf, pieceAt, piecesOf } from "./pieces.ts"
import {
  allOf,
  areaOf,
  clippedTo,
  common,
  covers,
  NO_SPANS,
  rasterised,
  rowsOf,
  type Spans,
  shifted,
  stretchedTo,
  stroked,
  united,
  without,
} from "./spans.ts"

const SIZE = { width: 12, height: 9 }

/** Pixels of a small picture: "x" is on. */
function of(...rows: string[]): Spans {
  return Int32Array.from(
    rows.flatMap((text, row) =>
      [...text.matchAll(/x+/g)].flatMap((run) => [row, run.index, run.index + run[0].length]),
    ),
  )
}

function picture(spans: Spans, { width, height } = SIZE): boolean[] {
  return Array.from({ length: width * height }, (_, i) => covers(spans, i % width, Math.floor(i / width)))
}

const pictures = fc
  .array(fc.array(fc.constantFrom(".", "x", "x"), { minLength: SIZE.width, maxLength: SIZE.width }), {
    minLength: SIZE.height,
    maxLength: SIZE.height,
  })
  .map((rows) => of(...rows.map((row) => row.join(""))))

describe("combining", () => {
  it("is what it is pixel by pixel", () => {
    fc.assert(
      fc.property(pictures, pictures, (a, b) => {
        const [ours, theirs] = [picture(a), picture(b)]
        expect(picture(united(a, b))).toEqual(ours.map((on, i) => on || theirs[i]))
        expect(picture(without(a, b))).toEqual(ours.map((on, i) => on && !theirs[i]))
        expect(picture(common(a, b))).toEqual(ours.map((on, i) => on && theirs[i]))
      }),
    )
  })
  it("keeps spans apart and in order", () => {
    expect([...united(of("xx..xx"), of("..xx.."))]).toEqual([0, 0, 6])
    expect([...without(of("xxxxxx"), of("..xx"))]).toEqual([0, 0, 2, 0, 4, 6])
  })
})

describe("rowsOf", () => {
  it("gives the rows asked for", () => {
    expect([...rowsOf(of("x", "xx", "x.x", "x"), 1, 3)]).toEqual([1, 0, 2, 2, 0, 1, 2, 2, 3])
  })
})

describe("clippedTo and shifted", () => {
  it("cut at the border of the image", () => {
    expect([...clippedTo(shifted(of("xxx", "xxx"), -1, -1), SIZE)]).toEqual([0, 0, 2])
  })
})

describe("stretchedTo", () => {
  it("doubles each pixel", () => {
    const twice = stretchedTo(of("x.", ".x"), { x: 0, y: 0, w: 2, h: 2 }, { x: 1, y: 2, w: 4, h: 4 })
    expect([...twice]).toEqual([2, 1, 3, 3, 1, 3, 4, 3, 5, 5, 3, 5])
  })
})

describe("rasterised", () => {
  const ring = (x: number, y: number, side: number): Path => [
    [x, y],
    [x + side, y],
    [x + side, y + side],
    [x, y + side],
  ]
  it("gives a square its area in pixels", () => {
    expect(areaOf(rasterised([ring(5, 5, 5)], { width: 20, height: 20 }))).toBe(25)
  })
  it("leaves holes out and cuts at the border", () => {
    // 6 x 6 less 2 x 2; of the second, the quarter inside.
    expect(areaOf(rasterised([ring(1, 1, 6), ring(3, 3, 2)], SIZE))).toBe(32)
    expect(areaOf(rasterised([ring(-2, -2, 4)], SIZE))).toBe(4)
  })
  it("gives each pixel of two neighbours to one of them", () => {
    // At the height 1.5 their common edge passes the centre of a pixel, give or take the last bit: 4/3 + 1.5/9 = 1.5.
    const [a, b] = [[4 / 3, 0] as const, [4 * (1 - 1 / 3), 12] as const]
    const size = { width: 4, height: 12 }
    const left = rasterised([[[0, 0], a, b, [0, 12]]], size)
    const right = rasterised([[a, [4, 0], [4, 12], b]], size)
    expect([...rasterised([[[0, 12], b, a, [0, 0]]], size)]).toEqual([...left])
    expect(areaOf(left) + areaOf(right)).toBe(4 * 12)
    expect(areaOf(common(left, right))).toBe(0)
  })
  it("undoes outlines", () => {
    fc.assert(
      fc.property(pictures, (spans) => {
        const parts = outlinesOf(spans)
        expect([...rasterised(parts.flat(), SIZE)]).toEqual([...spans])
        expect(parts.flat().reduce((sum, each) => sum + ringArea(each), 0)).toBe(areaOf(spans))
        expect(parts.every(([outer]) => ringArea(outer as Path) > 0)).toBe(true)
      }),
    )
  })
})

describe("stroked", () => {
  it("leaves one pixel with the thinnest brush", () => {
    expect([...stroked([3, 4], [3, 4], 1, SIZE)]).toEqual([4, 3, 4])
    expect([...stroked([3.5, 4.5], [3.5, 4.5], 1, SIZE)]).toEqual([4, 3, 4])
  })
  it("covers the centres within half of its width of its way", () => {
    fc.assert(
      fc.property(
        fc.tuple(fc.double({ min: 0, max: 11.9, noNaN: true }), fc.double({ min: 0, max: 8.9, noNaN: true })),
        fc.tuple(fc.double({ min: 0, max: 11.9, noNaN: true }), fc.double({ min: 0, max: 8.9, noNaN: true })),
        fc.double({ min: 1, max: 7, noNaN: true }),
        (from, to, width) => {
          const found = picture(stroked(from, to, width, SIZE))
          const long = (to[0] - from[0]) ** 2 + (to[1] - from[1]) ** 2
          found.forEach((on, i) => {
            const [x, y] = [(i % SIZE.width) + 0.5, Math.floor(i / SIZE.width) + 0.5]
            const along =
              long === 0 ? 0 : ((x - from[0]) * (to[0] - from[0]) + (y - from[1]) * (to[1] - from[1])) / long
            const share = Math.min(1, Math.max(0, along))
            const away = Math.hypot(x - from[0] - share * (to[0] - from[0]), y - from[1] - share * (to[1] - from[1]))
            if (away < width / 2 - 1e-6) expect(on).toBe(true)
            // The pixels under the ends are on in any case, and what lies between them in their rows.
            if (away > width / 2 + Math.SQRT2) expect(on).toBe(false)
          })
        },
      ),
    )
  })
  it("stays inside the image", () => {
    expect(areaOf(stroked([0, 0], [0, 0], 4, SIZE))).toBeLessThanOrEqual(4)
    expect(stroked([-50, -50], [-40, -50], 4, SIZE)).toHaveLength(0)
  })
})

describe("piecesOf and holesOf", () => {
  it("part what touches at a corner only", () => {
    expect(piecesOf(of("x..", ".x.", "..x")).map(areaOf)).toEqual([1, 1, 1])
    expect(piecesOf(of("x.x", "xxx")).map(areaOf)).toEqual([5])
  })
  it("find what is enclosed", () => {
    const ring = of("xxxx", "x..x", "xxxx")
    expect(holesOf(ring).map((each) => [...each])).toEqual([[1, 1, 3]])
    expect(holesOf(of("xxxx", "x..x", "xx.x"))).toEqual([])
    expect(holesOf(NO_SPANS)).toEqual([])
    expect(areaOf(pieceAt(holesOf(ring), 2, 1) as Spans)).toBe(2)
    expect(pieceAt(holesOf(ring), 0, 1)).toBeNull()
  })
  it("put together again are the same", () => {
    fc.assert(
      fc.property(pictures, (spans) => {
        expect([...piecesOf(spans).reduce(united, NO_SPANS)]).toEqual([...spans])
      }),
    )
  })
})

describe("maskOf and spansOf", () => {
  it("write runs as documents hold them", () => {
    expect(maskOf(of("....", ".xx.", ".x.."))).toEqual({ x: 1, y: 1, width: 2, height: 2, runs: [0, 3, 1] })
    expect(maskOf(allOf({ width: 3, height: 2 }))).toEqual({ x: 0, y: 0, width: 3, height: 2, runs: [0, 6] })
    expect(maskOf(NO_SPANS)).toBeNull()
  })
  it("undo one another", () => {
    fc.assert(
      fc.property(pictures, (spans) => {
        const mask = maskOf(spans)
        if (mask === null) return
        expect([...spansOf(mask)]).toEqual([...spans])
        expect(maskArea(mask)).toBe(areaOf(spans))
        expect(mask.runs.reduce((sum, run) => sum + run, 0)).toBe(mask.width * mask.height)
        expect(mask.runs.slice(1).every((run) => run > 0)).toBe(true)
      }),
    )
  })
})
