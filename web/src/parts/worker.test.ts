import { describe, expect, it } from "vitest"
import { driftWords, estimateWords, paceWords, type Share, sortedOut } from "./worker.ts"

const share = (id: string, mean: number, enough = true): Share => ({
  id,
  name: id,
  estimate: { mean, low: mean - 0.1, high: mean + 0.05, n: 40, enough },
})

describe("estimateWords", () => {
  it("says the figure and its limits", () =>
    expect(estimateWords(share("a", 0.9).estimate)).toBe("90%, most likely between 80% and 95%"))
  it("says nothing about somebody of whom too little is known", () =>
    expect(estimateWords(share("a", 0.2, false).estimate)).toBe("too little to judge by yet"))
})

describe("sortedOut", () => {
  // Bus: at most 0.75 where 0.85 is usual. Van: 0.83, but up to 0.88.
  it("judges by what is usual, beyond chance, and only what is known", () => {
    const { well, look, open } = sortedOut(
      [share("car", 0.9), share("bus", 0.7), share("van", 0.83), share("tram", 0.1, false)],
      0.85,
    )
    expect([well, look, open].map((list) => list.map(({ id }) => id))).toEqual([["car", "van"], ["bus"], ["tram"]])
  })
  it("takes four in five where nothing is usual yet", () =>
    expect(sortedOut([share("car", 0.76), share("bus", 0.7)], null).well.map(({ id }) => id)).toEqual(["car"]))
})

describe("driftWords and paceWords", () => {
  it("say what has changed and how long it takes", () => {
    expect([driftWords(0.083), driftWords(-0.12), driftWords(null)]).toEqual([
      "8 points better than before",
      "12 points less than before",
      "",
    ])
    expect([paceWords(31_000, 38_000), paceWords(31_000, null), paceWords(null, 1)]).toEqual([
      "31 s an item; 38 s is usual",
      "31 s an item",
      "",
    ])
  })
})
