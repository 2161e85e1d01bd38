import { describe, expect, it } from "vitest"
import { axisMoment, namedPlaces, rows, span } from "./chart.ts"

describe("rows", () => {
  const series = [{ label: "Done", values: [1, null, 3] }]
  it("keeps numbers and moments", () => {
    expect(rows({ x: [10, 20, 30], xKind: "time", series })).toEqual([
      [10, 20, 30],
      [1, null, 3],
    ])
  })
  it("puts names at their places", () => {
    expect(rows({ x: ["a", "b", "c"], xKind: "category", series })[0]).toEqual([0, 1, 2])
  })
})

describe("namedPlaces", () => {
  it("names all where they fit", () => expect(namedPlaces(3, 5)).toEqual([0, 1, 2]))
  // 10 names, 4 fit: every third, 0 3 6 9.
  it("names every so many where they do not", () => expect(namedPlaces(10, 4)).toEqual([0, 3, 6, 9]))
  it("names none of none", () => expect(namedPlaces(0, 4)).toEqual([]))
})

describe("axisMoment", () => {
  const noon = Date.UTC(2026, 2, 15, 12) / 1_000
  it("is as coarse as the marks are apart", () => {
    expect(axisMoment(noon, 3_600)).toMatch(/\d\d:\d\d/)
    expect(axisMoment(noon, 86_400)).toMatch(/Mar/)
    expect(axisMoment(noon, 86_400)).not.toMatch(/2026/)
    expect(axisMoment(noon, 31 * 86_400)).toMatch(/Mar.*2026/)
  })
})

describe("span", () => {
  it("starts at 0 and leaves 8 % above", () => expect(span(5, 100)).toEqual([0, 108]))
  it("reaches below 0 only for what is there", () => expect(span(-50, -10)).toEqual([-54, 0]))
  it("gives a flat or missing series room", () => {
    expect(span(0, 0)).toEqual([0, 1])
    expect(span(null, null)).toEqual([0, 1])
  })
})
