import { describe, expect, it } from "vitest"
import { about, byItem, type Example, evidenceFigure, figureWords, strengthWords } from "./cases.ts"

describe("about", () => {
  it("names who it is about, or that it is nobody", () => {
    expect(about({ worker: "calm-elk-1", other: null })).toBe("calm-elk-1")
    expect(about({ worker: "calm-elk-1", other: "red-fox-2" })).toBe("calm-elk-1 and red-fox-2")
    expect(about({ worker: null, other: null })).toBe("A gold item")
  })
})

describe("figureWords", () => {
  it.each([
    [0.61, "share", "61%"],
    [0.012, "share", "1.2%"],
    [4_000, "ms", "4 s"],
    [95, "s", "1 min 35 s"],
    [12, "count", "12"],
    [0.034, "", "0.03"],
    [17, "boxes", "17 boxes"],
  ])("writes %d in “%s” as %s", (value, unit, text) => expect(figureWords(value, unit)).toBe(text))
  it("writes nothing of nothing", () => expect(figureWords(null, "ms")).toBe(""))
})

describe("evidenceFigure", () => {
  it("says what is usual beside it", () =>
    expect(evidenceFigure({ text: "", figure: 4_000, usual: 38_000, unit: "ms" })).toBe("4 s, 38 s is usual"))
  it("is empty for an example", () => expect(evidenceFigure({ text: "", unit: "" })).toBe(""))
})

describe("strengthWords", () => {
  it("speaks of chance only", () =>
    expect([0.96, 0.8, 0.5].map(strengthWords)).toEqual([
      "very unlikely by chance",
      "unlikely by chance",
      "may be chance",
    ]))
})

describe("byItem", () => {
  it("puts what belongs to one item together", () => {
    const example = (item_id: string, worker: string) => ({ item_id, worker }) as Example
    const groups = byItem([example("a", "x"), example("b", "x"), example("a", "y")])
    expect(groups.map((group) => group.map(({ worker }) => worker))).toEqual([["x", "y"], ["x"]])
  })
})
