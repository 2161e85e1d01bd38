import { describe, expect, it } from "vitest"
import { inStrip, scrolledTo } from "./strip.ts"

describe("small pictures in a row", () => {
  it("exist in sight and a few beside", () => {
    // 300 to 700 CSS pixels are the pictures 3 to 6 of 100 px each; 4 more at either end where there are so many.
    expect(inStrip(300, 400, 100, 400)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(inStrip(39_600, 400, 100, 400)).toEqual([392, 393, 394, 395, 396, 397, 398, 399])
    expect(inStrip(0, 0, 100, 3)).toEqual([0, 1, 2])
  })
  it("are scrolled to with their neighbours, no further than needed", () => {
    expect(scrolledTo(5, 300, 600, 100)).toBe(300)
    // Of 2 the one before begins at 100; of 9 the one after ends at 1100.
    expect(scrolledTo(2, 300, 600, 100)).toBe(100)
    expect(scrolledTo(9, 300, 600, 100)).toBe(500)
    expect(scrolledTo(0, 300, 600, 100)).toBe(0)
  })
})
