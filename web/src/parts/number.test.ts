import { describe, expect, it } from "vitest"
import { misfit, snap, stepped } from "./number.ts"

describe("snap", () => {
  it("stays within the limits", () => {
    expect(snap(11, { min: 0, max: 10 })).toBe(10)
    expect(snap(-1, { min: 0, max: 10 })).toBe(0)
  })
  it("lands on the nearest step, counted from the least value", () => {
    // From 1 in steps of 3: 1, 4, 7, 10. 5.6 is nearer to 7 than to 4.
    expect(snap(5.6, { min: 1, step: 3 })).toBe(7)
    expect(snap(5.4, { min: 1, step: 3 })).toBe(4)
  })
  it("takes the last step inside the limit, not the limit itself", () => {
    // 0, 3, 6, 9; 12 is beyond 10.
    expect(snap(99, { min: 0, max: 10, step: 3 })).toBe(9)
  })
  it("leaves no dust of binary fractions", () => {
    expect(snap(0.1 + 0.2, { step: 0.1 })).toBe(0.3)
    expect(snap(1e-7 * 3, { step: 1e-7 })).toBe(3e-7)
  })
})

describe("stepped", () => {
  it("moves by whole steps", () => {
    expect(stepped(0.7, 1, { step: 0.1 })).toBe(0.8)
    expect(stepped(5, -10, { min: 0, step: 1 })).toBe(0)
  })
  it("starts an empty field at the least value", () => {
    expect(stepped(null, 1, { min: 3 })).toBe(3)
    expect(stepped(null, -1, {})).toBe(0)
  })
})

describe("misfit", () => {
  it("names the limit that is broken", () => {
    expect(misfit(3, { min: 4 })).toBe("The least is 4.")
    expect(misfit(5, { max: 4 })).toBe("The most is 4.")
    expect(misfit(0.25, { step: 0.1 })).toBe("Goes in steps of 0.1.")
  })
  it("is silent for a value that fits", () => {
    expect(misfit(0.3, { min: 0, max: 1, step: 0.1 })).toBeNull()
  })
})
