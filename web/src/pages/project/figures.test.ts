import { describe, expect, it } from "vitest"
import { agreement, partsOf, throughput } from "./figures.ts"

const hour = (at: string, submissions: number) => ({ at, submissions, reviews: 1, results: 2, active_ms: 0 })

describe("partsOf", () => {
  it("takes what is in review out of what is open", () =>
    expect(partsOf({ tasks: { open: 10, done: 5 }, in_review: 4 }).map(({ label, value }) => [label, value])).toEqual([
      ["Done", 5],
      ["In review", 4],
      ["To label", 6],
    ]))
  it("keeps what is done and what is to do in view when there is none", () =>
    expect(partsOf({ tasks: {}, in_review: 0 }).map(({ label }) => label)).toEqual(["Done", "To label"]))
})

describe("throughput", () => {
  it("fills the hours in which nothing happened", () => {
    const chart = throughput([hour("2026-01-01T10:00:00Z", 7), hour("2026-01-01T13:00:00Z", 3)])
    expect(chart.x).toHaveLength(4)
    expect(chart.series[0]?.values).toEqual([7, 0, 0, 3])
    expect(chart.series[2]?.values).toEqual([2, 0, 0, 2])
  })
  it("is empty where nothing happened at all", () => expect(throughput([]).x).toEqual([]))
})

describe("agreement", () => {
  it("names each step", () => expect(agreement([1, 2, 3, 4]).x).toEqual(["0–25%", "25–50%", "50–75%", "75–100%"]))
})
