import fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  boundsOf,
  covers,
  cross,
  innerPoint,
  nearestOn,
  ringArea,
  simplified,
  withoutDoubles,
  type XY,
} from "./path.ts"

const square = (x: number, y: number, side: number): XY[] => [
  [x, y],
  [x + side, y],
  [x + side, y + side],
  [x, y + side],
]
const point = fc.tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 12 }))

describe("ringArea", () => {
  it("is signed", () => {
    // Half of 4 x 3.
    expect(
      ringArea([
        [0, 0],
        [4, 0],
        [4, 3],
      ]),
    ).toBe(6)
    expect(ringArea(square(5, 5, 2).reverse())).toBe(-4)
  })
})

describe("covers", () => {
  it("knows holes", () => {
    const rings = [square(0, 0, 10), square(2, 2, 6)]
    expect([covers(rings, [1, 5]), covers(rings, [5, 5]), covers(rings, [11, 5])]).toEqual([true, false, false])
  })
})

describe("cross", () => {
  it("finds edges that cross, run along each other, or pass through a corner", () => {
    expect(
      cross([
        [
          [0, 0],
          [4, 4],
          [4, 0],
          [0, 4],
        ],
      ]),
    ).toBe(true)
    expect(cross([square(0, 0, 4), square(4, 0, 4)])).toBe(true)
    expect(cross([square(0, 0, 4), square(1, 1, 2)])).toBe(false)
  })
  it("lets rings touch in a corner", () => expect(cross([square(0, 0, 4), square(4, 4, 4)])).toBe(false))
  it("never misses two edges that cross inside of each other", () => {
    const side = (a: XY, b: XY, p: XY) => (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])
    fc.assert(
      fc.property(fc.array(point, { minLength: 3, maxLength: 9 }), (ring) => {
        const edges = ring.map((a, i) => [a, ring[(i + 1) % ring.length] as XY] as const)
        const is = edges.some(([a, b], i) =>
          edges.slice(0, i).some(([c, d]) => side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0),
        )
        if (is) expect(cross([ring])).toBe(true)
      }),
    )
  })
})

describe("innerPoint", () => {
  it("is inside", () => {
    fc.assert(
      fc.property(fc.array(point, { minLength: 3, maxLength: 9 }), (ring) => {
        fc.pre(!cross([ring]) && Math.abs(ringArea(ring)) >= 1)
        expect(covers([ring], innerPoint(ring))).toBe(true)
      }),
    )
  })
})

describe("nearestOn", () => {
  it("counts the edge that closes a ring, and none more of a line", () => {
    const ring = square(0, 0, 10)
    expect(nearestOn(ring, true, [1, 5])).toMatchObject({ index: 3, distance: 1 })
    expect(nearestOn(ring, false, [1, 5])).toMatchObject({ index: 0, distance: 5 })
    expect(nearestOn([[3, 4]], false, [0, 0]).distance).toBe(5)
  })
})

describe("simplified", () => {
  it("keeps the ends, and what stands out", () => {
    const path: XY[] = [
      [0, 0],
      [1, 0.1],
      [2, 0],
      [3, 5],
      [4, 0],
    ]
    expect(simplified(path, 0.5)).toEqual([
      [0, 0],
      [2, 0],
      [3, 5],
      [4, 0],
    ])
  })
  it("stays within the tolerance", () => {
    fc.assert(
      fc.property(fc.array(point, { minLength: 2, maxLength: 20 }), (path) => {
        const kept = simplified(path, 1)
        for (const each of path) expect(nearestOn(kept, false, each).distance).toBeLessThanOrEqual(1 + 1e-9)
      }),
    )
  })
})

describe("withoutDoubles", () => {
  it("drops what falls together on the grid, and of a ring the end that is the start", () => {
    const path: XY[] = [
      [0, 0],
      [0.001, 0],
      [5, 0],
      [5, 5],
      [0, 0.004],
    ]
    expect(withoutDoubles(path, true)).toEqual([
      [0, 0],
      [5, 0],
      [5, 5],
    ])
    expect(withoutDoubles(path, false)).toHaveLength(4)
  })
})

describe("boundsOf", () => {
  it("are around all", () => expect(boundsOf([square(1, 2, 3), [[9, 0]]])).toEqual({ x: 1, y: 0, w: 8, h: 5 }))
})
