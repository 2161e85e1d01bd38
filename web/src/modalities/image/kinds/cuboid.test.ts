import { describe, expect, it } from "vitest"
import { faceOf } from "#geometry/cuboid.ts"
import { imagePoint } from "#geometry/point.ts"
import { cuboidKind as kind } from "./cuboid.ts"

const image = { width: 640, height: 480 }
const geometry = {
  front: faceOf({ x: 100, y: 100, w: 200, h: 150 }),
  back: faceOf({ x: 180, y: 60, w: 150, h: 110 }),
}

describe("handles", () => {
  it("are its eight corners and the middle of each face, and no place for one more", () => {
    const names = kind.handles(geometry, 1).map(({ name }) => name)
    expect(names).toHaveLength(10)
    expect(names.filter((name) => name.startsWith("edge"))).toEqual([])
    expect(kind.handleUnder(geometry, imagePoint(200, 100), 6, true)).toBeNull()
    expect(kind.withoutHandle?.(geometry, "vertex.0.0")).toBeNull()
  })

  it("are found where they are: corners before faces", () => {
    expect(kind.handleUnder(geometry, imagePoint(299, 251), 6)?.name).toBe("vertex.0.2")
    expect(kind.handleUnder(geometry, imagePoint(255, 115), 6)?.name).toBe("face.1")
  })
})

describe("reshaped", () => {
  it("moves a face, pulls a corner, frees it with Shift", () => {
    expect(kind.reshaped(geometry, "face.1", imagePoint(275, 125), false, image)).toEqual({
      front: geometry.front,
      back: faceOf({ x: 200, y: 70, w: 150, h: 110 }),
    })
    const pulled = kind.reshaped(geometry, "vertex.0.0", imagePoint(90, 80), false, image)
    expect(pulled.front).toEqual(faceOf({ x: 90, y: 80, w: 210, h: 170 }))
    const freed = kind.reshaped(geometry, "vertex.0.0", imagePoint(90, 80), true, image)
    expect(freed.front).toEqual([[90, 80], ...geometry.front.slice(1)])
  })
})

describe("pickCost", () => {
  it("is near at an edge between the faces, far inside, and nothing outside", () => {
    // From (100, 100) in front to (180, 60) behind: the middle is (140, 80).
    expect(kind.pickCost(geometry, imagePoint(140, 80), 4)).toBeLessThan(1)
    expect(kind.pickCost(geometry, imagePoint(215, 200), 4)).toBeGreaterThan(1)
    expect(kind.pickCost(geometry, imagePoint(120, 70), 4)).toBeNull()
  })
})

describe("mended", () => {
  it("brings corners back into the image, and gives up where no face is left", () => {
    const out = { ...geometry, back: faceOf({ x: -20, y: 60, w: 150, h: 110 }) }
    expect(kind.mended(out, image)).toEqual({ ...geometry, back: faceOf({ x: 0, y: 60, w: 130, h: 110 }) })
    expect(kind.mended({ ...geometry, back: faceOf({ x: -200, y: 60, w: 150, h: 110 }) }, image)).toBeNull()
    expect(kind.mended({ front: geometry.front }, image)).toBeNull()
  })
})
