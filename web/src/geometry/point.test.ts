import { describe, expect, it } from "vitest"
import { clamp, distance, imagePoint, rounded, screenPoint } from "./point.ts"

describe("distance", () => {
  it("is Euclidean", () => expect(distance(imagePoint(1, 2), imagePoint(4, 6))).toBe(5))
  it("keeps the spaces apart", () => {
    // @ts-expect-error a screen point is no image point
    expect(distance(imagePoint(0, 0), screenPoint(3, 4))).toBe(5)
  })
})

describe("clamp", () => {
  it("brings a value into its range", () => expect([-1, 0.5, 9].map((each) => clamp(each, 0, 1))).toEqual([0, 0.5, 1]))
  it("is the low end of an empty range", () => expect(clamp(5, 3, 1)).toBe(3))
})

describe("rounded", () => {
  it("removes the noise of binary fractions", () => expect(rounded(0.1 + 0.2, 2)).toBe(0.3))
  it("never gives minus zero, which JSON writes as 0 and Object.is tells apart", () => {
    expect(Object.is(rounded(-0.001, 2), 0)).toBe(true)
  })
})
