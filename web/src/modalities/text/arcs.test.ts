import { describe, expect, it } from "vitest"
import { arcBetween } from "./arcs.ts"

describe("arcBetween", () => {
  it("hangs between its ends, little where they are near, never far", () => {
    // 100 pixels apart: 8 % of it, 8 down. Half way, three quarters of that: 6 below, and 3 more for the name.
    expect(arcBetween({ x: 0, y: 10 }, { x: 100, y: 10 })).toEqual({ d: "M 0 10 C 0 18, 100 18, 100 10", x: 50, y: 19 })
    expect(arcBetween({ x: 0, y: 0 }, { x: 5, y: 0 }).d).toBe("M 0 0 C 0 8, 5 8, 5 0")
    expect(arcBetween({ x: 0, y: 0 }, { x: 900, y: 0 }).d).toBe("M 0 0 C 0 16, 900 16, 900 0")
  })

  it("goes from line to line, either way", () => {
    expect(arcBetween({ x: 200, y: 80 }, { x: 100, y: 40 }).d).toBe("M 200 80 C 200 88, 100 48, 100 40")
  })
})
