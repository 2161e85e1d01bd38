import { describe, expect, it } from "vitest"
import { fullest, rowShares, valueTitle, weighed, worst } from "./confusion.ts"

const table = {
  subject: "marks:box",
  title: "Boxes",
  values: ["car", "bus", ""],
  titles: ["Car", "", ""],
  counts: [],
  judges: 2,
}

describe("valueTitle", () => {
  it("names values, and what is none", () => {
    expect([0, 1, 2].map((at) => valueTitle(table, at))).toEqual(["Car", "bus", "nothing"])
    expect(valueTitle({ ...table, subject: "question:light" }, 2)).toBe("left open")
  })
})

describe("rowShares", () => {
  it("are shares of what is right, and nothing of nothing", () =>
    expect(
      rowShares([
        [3, 1],
        [0, 0],
      ]),
    ).toEqual([
      [0.75, 0.25],
      [0, 0],
    ]))
})

describe("weighed", () => {
  it.each([
    [0.01, ""],
    [0.96, "1"],
    [2.34, "2.3"],
    [12.6, "13"],
  ])("writes %d as “%s”", (value, text) => expect(weighed(value)).toBe(text))
})

describe("fullest", () => {
  it("is the one with the most judgements", () => {
    const tables = [
      { counts: [[3, 0]] },
      {
        counts: [
          [2, 1],
          [0, 5],
        ],
      },
      { counts: [[7]] },
    ]
    expect(fullest(tables)).toBe(tables[1])
    expect(fullest([])).toBeUndefined()
  })
})

describe("worst", () => {
  it("lists mistakes by how many there are, and never what is right", () =>
    expect(
      worst(
        [
          [90, 2, 0.4],
          [7, 50, 0],
          [1, 0, 0],
        ],
        2,
      ),
    ).toEqual([
      [1, 0],
      [0, 1],
    ]))
})
