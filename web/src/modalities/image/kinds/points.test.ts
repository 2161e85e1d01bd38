import { describe, expect, it } from "vitest"
import { imagePoint } from "#geometry/point.ts"
import { pointsKind } from "./points.ts"
import { polylineKind } from "./polyline.ts"

const image = { width: 400, height: 300 }
const two = {
  points: [
    [10, 10],
    [50, 60],
  ],
}

describe("points", () => {
  it("are picked at their places only", () => {
    expect(pointsKind.pickCost(two, imagePoint(12, 10), 5)).toBeCloseTo(0.4)
    expect(pointsKind.pickCost(two, imagePoint(30, 35), 5)).toBeNull()
  })
  it("have no edges, and the last one stays", () => {
    expect(pointsKind.handles(two, 1).map(({ name }) => name)).toEqual(["vertex.0.0", "vertex.0.1"])
    expect(pointsKind.withoutHandle?.(two, "vertex.0.0")).toEqual({ points: [[50, 60]] })
    expect(pointsKind.withoutHandle?.({ points: [[1, 1]] }, "vertex.0.0")).toBeNull()
  })
  it("join without doubles", () => {
    expect(pointsKind.joined?.(two, { points: [[50, 60]] })).toEqual(two)
    expect(pointsKind.joined?.(two, { points: [[7, 8]] })?.points).toHaveLength(3)
  })
  it("have numbers to type, but no sides where there are none", () => {
    const one = { points: [[10, 20]] }
    expect(pointsKind.coordinates(one).map(({ name }) => name)).toEqual(["x", "y"])
    expect(pointsKind.withCoordinate(one, "x", 33, image)).toEqual({ points: [[33, 20]] })
    expect(pointsKind.pushed(one, "right", 5, image)).toEqual(one)
    expect(pointsKind.compared?.(one)).toEqual({ x: 0, y: 10, w: 20, h: 20 })
  })
  it("have words", () => {
    expect(pointsKind.words({ points: [[10, 20]] })).toBe("point at 10, 20")
    expect(pointsKind.words(two)).toBe("2 points, the first at 10, 10")
  })
})

describe("lines", () => {
  it("have an edge less than points, and two points at least", () => {
    expect(polylineKind.handles(two, 1).map(({ name }) => name)).toEqual(["vertex.0.0", "edge.0.0", "vertex.0.1"])
    expect(polylineKind.withoutHandle?.(two, "vertex.0.0")).toBeNull()
    expect(polylineKind.reshaped(two, "edge.0.0", imagePoint(30, 20), false, image)).toEqual({
      points: [
        [10, 10],
        [30, 20],
        [50, 60],
      ],
    })
  })
  it("cover nothing inside", () => {
    const bent = {
      points: [
        [0, 0],
        [100, 0],
        [100, 100],
      ],
    }
    expect(polylineKind.pickCost(bent, imagePoint(80, 20), 5)).toBeNull()
    expect(polylineKind.pickCost(bent, imagePoint(50, 3), 5)).toBeCloseTo(0.6)
    // No edge leads back to the start.
    expect(polylineKind.pickCost(bent, imagePoint(50, 50), 5)).toBeNull()
  })
})
