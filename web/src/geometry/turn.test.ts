import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { quarterNear, turnedSize, turnedWay, wholeTurnsOff } from "./turn.ts"

describe("turnedWay", () => {
  it("turns clockwise, exactly by quarters", () => {
    // With y downwards, right becomes down after a quarter turn.
    expect(turnedWay(3, 0, 90)).toEqual([0, 3])
    expect(turnedWay(3, 1, 180)).toEqual([-3, -1])
    expect(turnedWay(0, 3, -90)).toEqual([3, 0])
  })
  it("comes back by the opposite turn", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e4, max: 1e4, noNaN: true }),
        fc.double({ min: -1e4, max: 1e4, noNaN: true }),
        fc.integer({ min: -720, max: 720 }),
        (dx, dy, degrees) => {
          const [x, y] = turnedWay(...turnedWay(dx, dy, degrees), -degrees)
          expect(x).toBeCloseTo(dx, 6)
          expect(y).toBeCloseTo(dy, 6)
        },
      ),
    )
  })
})

describe("turnedSize", () => {
  it("swaps the sides by a quarter, and is the diagonal's shadow between", () => {
    expect(turnedSize({ width: 400, height: 300 }, 90)).toEqual({ width: 300, height: 400 })
    // 100 * cos 45° + 100 * sin 45° = 141.42
    expect(turnedSize({ width: 100, height: 100 }, 45).width).toBeCloseTo(141.42, 2)
  })
})

describe("wholeTurnsOff and quarterNear", () => {
  it("stay within half a turn to both sides", () => {
    expect([0, 180, 181, 270, 360, -180, -90, 725].map(wholeTurnsOff)).toEqual([0, 180, -179, -90, 0, 180, -90, 5])
    expect([0, 44, 46, 134, 200, -50, 330].map(quarterNear)).toEqual([0, 0, 90, 90, 180, -90, 0])
  })
})
