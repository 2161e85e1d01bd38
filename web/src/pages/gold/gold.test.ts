import { describe, expect, it } from "vitest"
import { byTelling, type GoldAnswer, isSuspicious } from "./gold.ts"

const calm = { state: "active", ambiguity: 0.1, suspicions: [] } as const
const told = { kind: "too_fast", strength: 0.4, text: "" }

describe("isSuspicious", () => {
  it("wants a look at doubt from 0.3, at suspicions, and at what is suspended", () => {
    expect(isSuspicious(calm)).toBe(false)
    expect(isSuspicious({ ...calm, ambiguity: 0.3 })).toBe(true)
    expect(isSuspicious({ ...calm, suspicions: [told] })).toBe(true)
    expect(isSuspicious({ ...calm, state: "suspended" })).toBe(true)
  })
  it("leaves retired gold in peace", () =>
    expect(isSuspicious({ state: "retired", ambiguity: 0.9, suspicions: [told] })).toBe(false))
})

describe("byTelling", () => {
  const answer = (worker: string, score: number, quality: number | null): GoldAnswer => ({
    submission_id: worker,
    worker,
    annotation: { version: 1, marks: [], answers: {}, links: [] },
    score,
    faults: [],
    quality,
    same_as: 0,
    active_ms: 0,
    at: "",
  })
  it("puts the dissent of good people first, and those who agree last", () =>
    expect(
      byTelling([
        answer("right", 1, 0.99),
        answer("new", 0.5, null),
        answer("good", 0.5, 0.95),
        answer("fair", 0, 0.7),
      ]).map(({ worker }) => worker),
    ).toEqual(["good", "fair", "new", "right"]))
})
