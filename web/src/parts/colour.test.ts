import { describe, expect, it } from "vitest"
import { channels, classColours, contrast, inkOn, luminance, nextColour } from "./colour.ts"

describe("channels", () => {
  it("reads red, green and blue", () => expect(channels("#0279ff")).toEqual([2, 121, 255]))
  it("refuses anything but #rrggbb", () => {
    for (const bad of ["", "#fff", "red", "#12345g", "0279ff"]) expect(() => channels(bad)).toThrow(RangeError)
  })
})

describe("luminance", () => {
  it("runs from black to white", () => {
    expect(luminance("#000000")).toBe(0)
    expect(luminance("#ffffff")).toBeCloseTo(1, 10)
  })
})

describe("contrast", () => {
  it("is 21 between black and white, in either order", () => {
    expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 10)
    expect(contrast("#ffffff", "#000000")).toBeCloseTo(21, 10)
  })
  // #767676: (118/255 + 0.055) / 1.055 = 0.4908, to the power 2.4 = 0.1812; 1.05 / 0.2312 = 4.54.
  it("puts #767676 on white just above AA", () => expect(contrast("#767676", "#ffffff")).toBeCloseTo(4.54, 2))
})

describe("inkOn", () => {
  it("reads at AA on every class colour", () => {
    for (const { hex } of classColours) expect(contrast(inkOn(hex), hex)).toBeGreaterThanOrEqual(4.5)
  })
})

describe("nextColour", () => {
  it("gives the first colour nobody has, whatever the case it is written in", () => {
    expect(nextColour([])).toBe("#0279ff")
    expect(nextColour(["#0279FF", "#d82841"])).toBe("#ce8a00")
  })
  it("starts again once all are taken", () => {
    expect(nextColour(classColours.map(({ hex }) => hex))).toBe("#0279ff")
  })
})
