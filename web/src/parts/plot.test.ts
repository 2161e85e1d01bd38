import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { bandPath, linePath, roomFor, scale, ticks } from "./plot.ts"

describe("scale", () => {
  // 0.25 of the way from 40 to 240 is 40 + 0.25 * 200 = 90.
  it("puts a value where its share of the span is", () => expect(scale([0, 1], [40, 240])(0.25)).toBe(90))
  it("turns round for an axis that grows upwards", () => expect(scale([0, 1], [200, 0])(0.25)).toBe(150))
  it("puts a single value into the middle", () => expect(scale([3, 3], [0, 100])(3)).toBe(50))
})

describe("ticks", () => {
  it("are round and both ends are among them where they are round", () =>
    expect(ticks(0, 1, 6)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]))
  // 0.62 to 0.97 by at most 5: steps of 0.1 give 0.7, 0.8, 0.9.
  it("stay within the span", () => expect(ticks(0.62, 0.97, 5)).toEqual([0.7, 0.8, 0.9]))
  it("go below 0", () => expect(ticks(-0.2, 1, 4)).toEqual([0, 0.5, 1]))
  it("are the one value of no span", () => expect(ticks(2, 2, 5)).toEqual([2]))
  it("never are more than wanted, nor outside", () =>
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
        fc.integer({ min: 1, max: 12 }),
        (low, span, most) => {
          const found = ticks(low, low + span, most)
          const slack = 1e-6 * Math.max(1, Math.abs(low), span)
          return found.length <= most && found.every((at) => at >= low - slack && at <= low + span + slack)
        },
      ),
    ))
})

describe("linePath", () => {
  it("goes from point to point", () =>
    expect(
      linePath([
        [0, 1],
        [2, 3],
      ]),
    ).toBe("M0.0 1.0L2.0 3.0"))
  it("lifts the pen where nothing is known", () =>
    expect(linePath([[0, 1], null, [2, 3], [4, 5]])).toBe("M0.0 1.0M2.0 3.0L4.0 5.0"))
})

describe("bandPath", () => {
  it("goes there along the upper line and back along the lower one", () =>
    expect(
      bandPath(
        [
          [0, 1],
          [2, 1],
        ],
        [
          [0, 3],
          [2, 4],
        ],
      ),
    ).toBe("M0.0 1.0L2.0 1.0L2.0 4.0L0.0 3.0Z"))
  it("is nothing without points", () => expect(bandPath([], [])).toBe(""))
})

describe("roomFor", () => {
  // A span of 0.5 grows by 0.04 on either side.
  it("leaves room on either side", () => {
    const [low, high] = roomFor([0.3, 0.8])
    expect([low, high].map((value) => value.toFixed(2))).toEqual(["0.26", "0.84"])
  })
  it("stops at the floor and the ceiling", () => expect(roomFor([0, 1], { floor: 0, ceiling: 1 })).toEqual([0, 1]))
  it("is 0 to 1 for nothing", () => expect(roomFor([])).toEqual([0, 1]))
})
