import { describe, expect, it } from "vitest"
import { bestMatch, confidenceOf, correlation, type Levels } from "./matching.ts"
import { finished } from "./steps.ts"

/** Grey pixels from rows of digits, a step of 10 levels each. */
function grey(...rows: string[]): Levels {
  const digits = rows.flatMap((row) => [...row].map((digit) => 10 * Number(digit)))
  return {
    width: rows[0]?.length ?? 0,
    height: rows.length,
    values: Float32Array.from(digits.flatMap((v) => [v, v, v])),
  }
}

describe("correlation", () => {
  it("is 1 for what is alike but brighter, -1 for its negative, 0 for what is even", () => {
    const piece = grey("12", "34")
    const within = grey("124355", "348655", "998755")
    // Columns 0 and 1 are the same; 2 and 3 are 43 / 86, which is 12 / 34 neither brighter nor steeper.
    expect(correlation(piece, within, 0, 0)).toBeCloseTo(1, 6)
    // 87 over 65 is 9 minus 12 over 34.
    expect(correlation(piece, grey("87", "65"), 0, 0)).toBeCloseTo(-1, 6)
    expect(correlation(piece, grey("55", "55"), 0, 0)).toBe(0)
  })
})

describe("bestMatch", () => {
  it("finds the piece, and how well the next best place fits", () => {
    const piece = grey("19", "91")
    const { x, y, score, second } = finished(
      bestMatch(piece, grey("5555555555", "5555555555", "5555519555", "5555591555")),
    )
    expect([Math.round(x), Math.round(y)]).toEqual([5, 2])
    expect(score).toBeCloseTo(1, 6)
    expect(second).toBeLessThan(0.9)
  })
})

describe("confidenceOf", () => {
  it.each([
    // Alone by 0.1 or more: the score itself.
    [{ score: 0.9, second: 0.2 }, 0.9],
    // A rival that fits as well takes 40 % off.
    [{ score: 0.9, second: 0.9 }, 0.54],
    // Half way: 0.9 * (0.6 + 0.4 * 0.5).
    [{ score: 0.9, second: 0.85 }, 0.72],
    [{ score: -0.3, second: -1 }, 0],
  ])("%o is %d", (match, confidence) => expect(confidenceOf({ x: 0, y: 0, ...match })).toBeCloseTo(confidence, 6))
})
