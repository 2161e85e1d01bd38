import { describe, expect, it } from "vitest"
import { faceBehind, faceOf, hull, isInOrder, movedFace, pulledCorner } from "./cuboid.ts"
import { imagePoint } from "./point.ts"

const image = { width: 640, height: 480 }
const face = faceOf({ x: 100, y: 100, w: 200, h: 150 })

describe("isInOrder", () => {
  it("takes upright and leaning faces, clockwise", () => {
    expect(isInOrder(face)).toBe(true)
    expect(
      isInOrder([
        [100, 100],
        [300, 110],
        [310, 260],
        [90, 250],
      ]),
    ).toBe(true)
  })

  it("refuses the other way round, crossings, dents and nothing", () => {
    const [a, b, c, d] = face as [[number, number], [number, number], [number, number], [number, number]]
    expect([[d, c, b, a], [a, c, b, d], [a, b, [150, 140], d] as const, [a, a, a, a]].map(isInOrder)).toEqual([
      false,
      false,
      false,
      false,
    ])
  })
})

describe("faceBehind", () => {
  it("is three quarters as large, its middle at the pointer", () => {
    expect(faceBehind({ x: 100, y: 100, w: 200, h: 100 }, imagePoint(300, 200), image)).toEqual(
      faceOf({ x: 225, y: 162.5, w: 150, h: 75 }),
    )
  })

  it("stays in the image", () => {
    expect(faceBehind({ x: 0, y: 0, w: 200, h: 100 }, imagePoint(0, 0), image, 1)).toEqual(
      faceOf({ x: 0, y: 0, w: 200, h: 100 }),
    )
  })
})

describe("pulledCorner", () => {
  it("keeps an upright face upright, even when it is turned over", () => {
    expect(pulledCorner(face, 0, [50, 60], false)).toEqual(faceOf({ x: 50, y: 60, w: 250, h: 190 }))
    expect(pulledCorner(face, 0, [400, 300], false)).toEqual(faceOf({ x: 300, y: 250, w: 100, h: 50 }))
  })

  it("frees the corner if asked to, and where the face leans already", () => {
    const freed = pulledCorner(face, 2, [310, 260], true)
    expect(freed[2]).toEqual([310, 260])
    expect(pulledCorner(freed, 0, [90, 90], false)).toEqual([[90, 90], ...freed.slice(1)])
  })
})

describe("movedFace", () => {
  it("puts the middle there, inside the image", () => {
    expect(movedFace(face, imagePoint(300, 200), image)).toEqual(faceOf({ x: 200, y: 125, w: 200, h: 150 }))
    expect(movedFace(face, imagePoint(0, 0), image)).toEqual(faceOf({ x: 0, y: 0, w: 200, h: 150 }))
  })
})

describe("hull", () => {
  it("leaves out what lies inside or on an edge", () => {
    const points = [...face, [200, 150], [200, 100]] as const
    expect([...hull(points)].sort()).toEqual([...face].sort())
  })
})
