import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { byParagraph } from "./inks.ts"
import { type Ink, LANES_MAX, laned, markUnder, runsOf } from "./layout.ts"
import { Passage } from "./passage.ts"

const ink = (id: string, from: number, to: number): Ink => ({
  id,
  mark: id,
  from,
  to,
  color: "#123456",
  style: "solid",
  name: id,
})

describe("laned", () => {
  it("gives marks over one another a lane each, and a free lane again", () => {
    const lanes = laned([ink("inner", 2, 4), ink("outer", 0, 10), ink("next", 4, 6)])
    expect(lanes.map(({ id, lane }) => [id, lane])).toEqual([
      ["outer", 0],
      ["inner", 1],
      ["next", 1],
    ])
  })
  it("has a last lane", () => {
    const lanes = laned(Array.from({ length: 9 }, (_, i) => ink(`${i}`, 0, 10 + i)))
    expect(Math.max(...lanes.map(({ lane }) => lane))).toBe(LANES_MAX - 1)
  })
})

describe("runsOf", () => {
  it("changes where a mark begins or ends, and tells which begin", () => {
    const runs = runsOf({ from: 10, to: 20 }, laned([ink("a", 5, 12), ink("b", 12, 15), ink("c", 30, 40)]))
    expect(
      runs.map(({ from, to, inks, starting }) => [from, to, inks.map((i) => i.id), starting.map((i) => i.id)]),
    ).toEqual([
      [10, 12, ["a"], []],
      [12, 15, ["b"], ["b"]],
      [15, 20, [], []],
    ])
  })
  it("is the whole paragraph in order, whatever lies in it", () => {
    const stretch = fc.tuple(fc.nat(30), fc.integer({ min: 1, max: 9 }))
    fc.assert(
      fc.property(fc.array(stretch), fc.array(fc.nat(40)), (stretches, cuts) => {
        const inks = laned(stretches.map(([from, long], i) => ink(`${i}`, from, from + long)))
        const runs = runsOf({ from: 5, to: 25 }, inks, cuts)
        expect(runs[0]?.from).toBe(5)
        expect(runs.at(-1)?.to).toBe(25)
        runs.slice(1).forEach((run, i) => {
          expect(run.from).toBe(runs[i]?.to)
        })
        for (const run of runs) {
          const covering = inks.filter(({ from, to }) => from <= run.from && to >= run.to)
          expect(run.inks).toEqual(covering)
        }
      }),
    )
  })
})

describe("markUnder", () => {
  const inks = [ink("long", 0, 10), ink("short", 2, 4)]
  it("is the shortest, then the longer ones, then the shortest again", () => {
    expect(markUnder(inks)).toBe("short")
    expect(markUnder(inks, "short")).toBe("long")
    expect(markUnder(inks, "long")).toBe("short")
    expect(markUnder([{ ...ink("seen", 0, 3), mark: null }])).toBeNull()
  })
})

describe("byParagraph", () => {
  const text = new Passage("one\ntwo\nthree")
  it("puts a mark into each paragraph that it touches", () => {
    const found = byParagraph(text, [ink("a", 0, 6), ink("b", 8, 13), ink("beyond", 8, 14)], [])
    expect(found.map((each) => each.map(({ id }) => id))).toEqual([["a"], ["a"], ["b"]])
  })
  it("keeps what stays as it is", () => {
    const before = byParagraph(text, [ink("a", 0, 3), ink("b", 8, 13)], [])
    const after = byParagraph(text, [ink("a", 0, 3), ink("b", 8, 12)], before)
    expect([after[0] === before[0], after[2] === before[2]]).toEqual([true, false])
  })
})
