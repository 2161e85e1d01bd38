import { describe, expect, it } from "vitest"
import { between, coefficient, share, spoken } from "./interval.ts"

describe("spoken", () => {
  it("says figure and limits", () =>
    expect(spoken({ value: 0.934, low: 0.88, high: 0.97 })).toBe("93%, most likely between 88% and 97%"))
  it("says the figure alone where no limits are known", () =>
    expect(spoken({ value: 0.5, low: null, high: null })).toBe("50%"))
  it("says that nothing is known", () => expect(spoken({ value: null, low: null, high: null })).toBe("not known yet"))
})

describe("between, share, coefficient", () => {
  it("write what is there", () => {
    expect(between(0.1, 0.2)).toBe("10% to 20%")
    expect(share(0.123, 1)).toBe("12.3%")
    expect(coefficient(-0.256)).toBe("−0.26")
  })
  it("write nothing of nothing", () => {
    expect(between(null, 0.2)).toBe("")
    expect(share(null)).toBe("–")
  })
})
