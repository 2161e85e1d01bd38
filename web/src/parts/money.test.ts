import { describe, expect, it } from "vitest"
import { microsOf, money } from "./money.ts"

describe("money", () => {
  it.each([
    [1_250_000, "$1.25"],
    [50_000, "$0.05"],
    [3_500, "$0.0035"],
    [12_345_678_900, "$12,346"],
    [0, "$0"],
  ])("writes %d millionths as %s", (micros, text) => expect(money(micros, "USD")).toBe(text))
})

describe("microsOf", () => {
  it("counts millionths", () => expect(microsOf(0.05)).toBe(50_000))
  it("knows no price of nothing or less", () =>
    expect([microsOf(null), microsOf(-1), microsOf(Number.NaN)]).toEqual([null, null, null]))
})
