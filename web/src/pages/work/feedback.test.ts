import { describe, expect, it } from "vitest"
import { isRight, turnsOf, verdictWords } from "./feedback.ts"

describe("isRight", () => {
  it("forgives what rounding makes", () =>
    expect([1, 0.996, 0.99].map((score) => isRight({ score }))).toEqual([true, true, false]))
})

describe("verdictWords", () => {
  it.each([
    [1, "As it should be"],
    [0.8, "Nearly all of it"],
    [0.5, "Some of it"],
    [0.1, "Worth a second look"],
  ])("calls %d: %s", (score, words) => expect(verdictWords({ score })).toBe(words))
})

describe("turnsOf", () => {
  it("finds one turn for each project", () => {
    const rows = [
      { assignment_id: "a1", project_id: "a" },
      { assignment_id: "b1", project_id: "b" },
      { assignment_id: "a2", project_id: "a" },
    ]
    expect([...turnsOf(rows)]).toEqual([
      ["a", "a1"],
      ["b", "b1"],
    ])
  })
})
