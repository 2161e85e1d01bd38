import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Geometry } from "#editor/annotation.ts"
import type { Path } from "#geometry/path.ts"
import { imagePoint } from "#geometry/point.ts"
import { polygonKind } from "./polygon.ts"

const image = { width: 400, height: 300 }
const square = (x: number, y: number, side: number): [number, number][] => [
  [x, y],
  [x + side, y],
  [x + side, y + side],
  [x, y + side],
]
const plain: Geometry = { parts: [[square(10, 10, 100)]] }
const holed: Geometry = { parts: [[square(10, 10, 100), square(30, 30, 20)], [square(200, 10, 50)]] }
const rings = (geometry: Geometry | null) =>
  ((geometry?.parts ?? []) as Path[][]).map((part) => part.map((ring) => ring.length))
const codes = (geometry: Geometry) => polygonKind.problems(geometry, image).map(({ code }) => code)

describe("points", () => {
  it("are gripped before the edges between them", () => {
    expect(polygonKind.handleUnder(plain, imagePoint(12, 11), 5)?.name).toBe("vertex.0.0")
    expect(polygonKind.handleUnder(plain, imagePoint(61, 12), 5)?.name).toBe("edge.0.0")
    expect(polygonKind.handleUnder(plain, imagePoint(30, 12), 5)).toBeNull()
    expect(polygonKind.handleUnder(plain, imagePoint(30, 12), 5, true)).toMatchObject({
      name: "edge.0.0",
      at: [30, 10],
    })
    expect(polygonKind.handleUnder(holed, imagePoint(31, 30), 5)?.name).toBe("vertex.1.0")
  })

  it("are moved, added and taken out", () => {
    const moved = polygonKind.reshaped(holed, "vertex.1.2", imagePoint(60, 61), false, image)
    expect((moved.parts as Path[][])[0]?.[1]?.[2]).toEqual([60, 61])
    const added = polygonKind.reshaped(plain, "edge.0.3", imagePoint(5, 60), false, image)
    expect((added.parts as Path[][])[0]?.[0]?.[4]).toEqual([5, 60])
    expect(rings(polygonKind.withoutHandle?.(holed, "vertex.2.0") ?? null)).toEqual([[4, 4], [3]])
    expect(polygonKind.withoutHandle?.(holed, "edge.2.0")).toBeNull()
  })

  it("of a triangle are the last: it goes as a whole, unless it is all there is", () => {
    const triangle = square(30, 30, 20).slice(0, 3)
    const hole: Geometry = { parts: [[square(10, 10, 100), triangle]] }
    expect(rings(polygonKind.withoutHandle?.(hole, "vertex.1.0") ?? null)).toEqual([[4]])
    const part: Geometry = { parts: [[triangle], [square(200, 10, 50)]] }
    expect(rings(polygonKind.withoutHandle?.(part, "vertex.0.0") ?? null)).toEqual([[4]])
    expect(polygonKind.withoutHandle?.({ parts: [[triangle]] }, "vertex.0.0")).toBeNull()
  })

  it("stay in the image", () => {
    const moved = polygonKind.reshaped(plain, "vertex.0.0", imagePoint(-50, 900), false, image)
    expect((moved.parts as Path[][])[0]?.[0]?.[0]).toEqual([0, 300])
  })
})

describe("problems", () => {
  it("are too many points, which a list of examples has no room for", () => {
    const stairs = Array.from({ length: 2000 }, (_, i) => [i * 0.2, 10 + (i % 2)] as [number, number])
    expect(codes({ parts: [[[...stairs, [300, 290]]]] })).toEqual(["too_many_points"])
  })
})

describe("joined", () => {
  const ring = (points: [number, number][]): Geometry => ({ parts: [[points]] })
  it("makes a hole inside, a part outside, and nothing where outlines cross", () => {
    expect(rings(polygonKind.joined?.(plain, ring(square(20, 20, 10))) ?? null)).toEqual([[4, 4]])
    expect(rings(polygonKind.joined?.(plain, ring(square(200, 20, 10))) ?? null)).toEqual([[4], [4]])
    expect(polygonKind.joined?.(plain, ring(square(100, 100, 40)))).toBeNull()
    // In a hole it is a part; around a hole it would be a hole in a hole.
    expect(rings(polygonKind.joined?.(holed, ring(square(35, 35, 5))) ?? null)).toEqual([[4, 4], [4], [4]])
    expect(polygonKind.joined?.(holed, ring(square(25, 25, 40)))).toBeNull()
  })
})

describe("picking", () => {
  it("means the border, or the inside but not a hole", () => {
    expect(polygonKind.pickCost(holed, imagePoint(110, 60), 5)).toBe(0)
    expect(polygonKind.pickCost(holed, imagePoint(80, 80), 5)).toBeGreaterThan(1)
    expect(polygonKind.pickCost(holed, imagePoint(40, 40), 5)).toBeNull()
    expect(polygonKind.pickCost(holed, imagePoint(150, 150), 5)).toBeNull()
  })
})

describe("changing", () => {
  const by = fc.double({ min: -500, max: 500, noNaN: true })
  it("never makes a good polygon bad, by move, edge or number", () => {
    fc.assert(
      fc.property(by, by, fc.constantFrom("left", "top", "right", "bottom" as const), (a, b, edge) => {
        expect(codes(polygonKind.moved(holed, a, b, image))).toEqual([])
        expect(codes(polygonKind.withCoordinate(holed, "x", a, image))).toEqual([])
        const pushed = polygonKind.pushed(holed, edge as "left", Math.max(b, -50), image)
        expect(codes(pushed)).toEqual([])
      }),
    )
  })

  it("mends what reaches outside, and gives up on what has no inside", () => {
    expect(polygonKind.mended({ parts: [[square(-10, 10, 50)]] }, image)).toEqual({
      parts: [
        [
          [
            [0, 10],
            [40, 10],
            [40, 60],
            [0, 60],
          ],
        ],
      ],
    })
    expect(polygonKind.mended({ parts: [[square(500, 10, 50)]] }, image)).toBeNull()
  })
})

describe("snap", () => {
  it("prefers a corner to the edges at it", () => {
    expect(polygonKind.snap?.(plain, imagePoint(13, 11), 5)?.at).toEqual([10, 10])
    expect(polygonKind.snap?.(plain, imagePoint(50, 13), 5)?.at).toEqual([50, 10])
    expect(polygonKind.snap?.(plain, imagePoint(50, 50), 5)).toBeNull()
  })
})

describe("words", () => {
  it("count points, parts and holes", () => {
    expect(polygonKind.words(plain)).toBe("4 points, 100 × 100 px at 10, 10")
    expect(polygonKind.words(holed)).toBe("12 points, 2 parts, 1 hole, 240 × 100 px at 10, 10")
    expect(polygonKind.words({})).toBe("broken polygon")
  })
})
