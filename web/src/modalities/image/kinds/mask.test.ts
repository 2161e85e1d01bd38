import { describe, expect, it } from "vitest"
import { imagePoint } from "#geometry/point.ts"
import { maskKind as kind, maskGeometry, maskSpans } from "./mask.ts"

const image = { width: 100, height: 80 }
/** A ring of pixels, three by three, around a hole of one. */
const ring = { x: 10, y: 20, width: 3, height: 3, runs: [0, 4, 1, 4] }

describe("moved", () => {
  it("goes by whole pixels and stays in the image", () => {
    expect(kind.moved(ring, 2.6, -1.4, image)).toEqual({ ...ring, x: 13, y: 19 })
    expect(kind.moved(ring, 500, 500, image)).toEqual({ ...ring, x: 97, y: 77 })
    expect(kind.withCoordinate(ring, "x", 40, image)).toEqual({ ...ring, x: 40 })
  })
})

describe("pickCost", () => {
  it("is a hit on its pixels only, but near to one that is smaller than the pointer", () => {
    expect(kind.pickCost(ring, imagePoint(10.5, 20.5), 1)).not.toBeNull()
    expect(kind.pickCost(ring, imagePoint(11.5, 21.5), 1)).toBeNull()
    expect(kind.pickCost(ring, imagePoint(13.2, 20.5), 1)).toBeNull()
    expect(kind.pickCost(ring, imagePoint(15, 20.5), 4)).not.toBeNull()
  })
})

describe("pushed", () => {
  it("stretches the pixels", () => {
    expect(kind.pushed({ x: 5, y: 5, width: 2, height: 1, runs: [0, 2] }, "right", 3, image)).toEqual({
      x: 5,
      y: 5,
      width: 5,
      height: 1,
      runs: [0, 5],
    })
  })
})

describe("mended", () => {
  it("cuts what lies outside, and gives up where nothing is left", () => {
    const over = { x: 98, y: 0, width: 4, height: 2, runs: [0, 8] }
    expect(kind.mended(over, image)).toEqual({ x: 98, y: 0, width: 2, height: 2, runs: [0, 4] })
    expect(kind.mended({ ...over, x: 200 }, image)).toBeNull()
    expect(kind.mended({ ...over, runs: [0, 7] }, image)).toBeNull()
  })
})

describe("difference and patched", () => {
  it("go there and back", () => {
    const rows = Array.from({ length: 30 }, (_, row) => [row, row % 3, 40]).flat()
    const before = maskGeometry(Int32Array.from(rows)) as NonNullable<ReturnType<typeof maskGeometry>>
    const after = maskGeometry(Int32Array.from([...rows, 30, 5, 9])) as typeof before
    const difference = kind.difference?.(before, after)
    expect(difference).toMatchObject({ added: Int32Array.from([30, 5, 9]) })
    expect(kind.patched?.(after, difference, true)).toEqual(before)
    expect(kind.patched?.(before, difference, false)).toEqual(after)
  })
  it("are not worth it where all is different", () => {
    expect(kind.difference?.(ring, { ...ring, x: 50 })).toBeNull()
  })
})

describe("covered", () => {
  it("are rings along its pixels", () => {
    expect(kind.covered?.(ring)).toHaveLength(2)
    expect(maskSpans(ring)).toHaveLength(12)
  })
})

describe("words", () => {
  it("count its pixels", () => {
    expect(kind.words(ring)).toBe("8 px, 3 × 3 at 10, 20")
    expect(kind.words({ ...ring, runs: [3] })).toBe("broken mask")
  })
})
