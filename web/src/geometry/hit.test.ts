import { describe, expect, it } from "vitest"
import { borderDistance, handleUnder, pickCost } from "./hit.ts"
import { imagePoint } from "./point.ts"

const box = { x: 100, y: 100, w: 80, h: 60 }

describe("handleUnder", () => {
  it("is the nearest within reach", () => {
    expect(handleUnder(box, imagePoint(101, 99), 6)).toBe("nw")
    expect(handleUnder(box, imagePoint(140, 104), 6)).toBe("n")
    expect(handleUnder(box, imagePoint(140, 130), 6)).toBeNull()
  })
  it("leaves the edges of a narrow box to its inside", () => {
    // 12 pixels wide, reach 6: edge handles would leave nothing between the corners.
    const narrow = { x: 0, y: 0, w: 12, h: 60 }
    expect(handleUnder(narrow, imagePoint(6, 0), 5)).toBeNull()
    expect(handleUnder(narrow, imagePoint(0, 0), 5)).toBe("nw")
  })
})

describe("borderDistance", () => {
  it("counts to the nearest edge from inside, and to the corner from outside", () => {
    expect(borderDistance(box, imagePoint(110, 130))).toBe(10)
    expect(borderDistance(box, imagePoint(97, 96))).toBe(5)
    expect(borderDistance(box, imagePoint(100, 120))).toBe(0)
  })
})

describe("pickCost", () => {
  it("is a miss beyond reach", () => expect(pickCost(box, imagePoint(90, 90), 5)).toBeNull())
  it("is a miss off a corner, where the distance is longer than along either axis", () => {
    // (96, 96) lies 4 and 4 pixels off the corner (100, 100): 5.66 pixels away.
    expect(pickCost(box, imagePoint(96, 96), 5)).toBeNull()
  })
  it("prefers a border to any inside", () => {
    const large = { x: 0, y: 0, w: 400, h: 400 }
    const atBorder = pickCost(large, imagePoint(2, 200), 5) as number
    const inside = pickCost({ x: 0, y: 198, w: 60, h: 60 }, imagePoint(20, 220), 5) as number
    expect(atBorder).toBeLessThan(inside)
  })
  it("prefers the smaller of two insides", () => {
    const at = imagePoint(140, 130)
    const inner = pickCost({ x: 120, y: 115, w: 40, h: 30 }, at, 2) as number
    expect(inner).toBeLessThan(pickCost(box, at, 2) as number)
  })
})
