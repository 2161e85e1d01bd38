import { describe, expect, it } from "vitest"
import { sharesOf } from "./split.ts"

describe("sharesOf", () => {
  it("leaves the rest for training", () => expect(sharesOf(10, 20)).toEqual({ train: 0.7, val: 0.1, test: 0.2 }))
  it("takes an empty field for none", () => expect(sharesOf(null, 5)).toEqual({ train: 0.95, val: 0, test: 0.05 }))
  it.each([
    [60, 40],
    [100, 0],
    [-5, 10],
  ])("refuses %d and %d", (val, test) => expect(sharesOf(val, test)).toBeNull())
})
