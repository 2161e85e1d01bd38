import { describe, expect, it } from "vitest"
import type { components } from "#api/schema.d.ts"
import { saidOf, versionsOf } from "./finished.ts"

type Assignment = components["schemas"]["Assignment"]

const empty = { marks: [], answers: {}, links: [] } as unknown as components["schemas"]["Annotation"]
const turn = (parts: Partial<Assignment>) => parts as Assignment
const review = (decision: "accept" | "fix" | "reject", annotation: typeof empty | null = null) => ({
  decision,
  reasons: [],
  comment: "",
  annotation,
  created_at: "2026-01-01T00:00:00Z",
})

describe("versionsOf", () => {
  it("shows the own answer, then each correction of it", () => {
    const titles = versionsOf(turn({ handed_in: empty, reviews: [review("accept"), review("fix", empty)] }))
    expect(titles.map(({ title }) => title)).toEqual(["Your answer", "The correction"])
  })
  it("shows a reviewer their correction and what they reviewed", () => {
    const submissions = ["A", "B"].map((label) => ({ id: label, label, annotation: empty, marks_agreement: {} }))
    const found = versionsOf(turn({ own_review: review("fix", empty), submissions }))
    expect(found.map(({ title }) => title)).toEqual(["Your correction", "Submission A", "Submission B"])
  })
  it("numbers several corrections", () => {
    const found = versionsOf(turn({ handed_in: empty, reviews: [review("fix", empty), review("fix", empty)] }))
    expect(found.map(({ title }) => title)).toEqual(["Your answer", "Correction 1", "Correction 2"])
  })
  it("has nothing of a turn that ended without an answer", () => expect(versionsOf(turn({}))).toEqual([]))
})

describe("saidOf", () => {
  it("puts the own review first", () => {
    const said = saidOf(turn({ own_review: review("accept"), reviews: [review("reject")] }))
    expect(said.map(({ review: { decision }, isOwn }) => [decision, isOwn])).toEqual([
      ["accept", true],
      ["reject", false],
    ])
  })
})
