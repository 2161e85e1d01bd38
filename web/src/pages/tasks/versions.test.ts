import { describe, expect, it } from "vitest"
import type { components } from "#api/schema.d.ts"
import { ontologyVersionOf, startOf, versionsOf } from "./versions.ts"

type History = components["schemas"]["History"]

const marked = (id: string) => ({ marks: [{ id, kind: "tag", class: "a" }] })
const submission = (id: string, round = 0) => ({
  id,
  worker: `worker ${id}`,
  round,
  annotation: marked(id),
  ontology_version: 2,
  active_ms: 5_000,
  created_at: "2026-01-01",
})
const result = (id: string, version: number, origin: string) => ({
  id,
  version,
  origin,
  annotation: marked(id),
  ontology_version: 3,
  created_at: "2026-01-02",
})
const history = (over: object): History =>
  ({
    task: { result_id: null },
    submissions: [],
    reviews: [],
    results: [],
    merged: null,
    agreement_detail: {},
    ...over,
  }) as unknown as History

describe("versionsOf", () => {
  it("lists submissions, corrections and results with what is known of each", () => {
    const found = versionsOf(
      history({
        task: { result_id: "r2" },
        submissions: [submission("s1"), submission("s2", 1)],
        reviews: [
          { id: "v1", reviewer: null, round: 0, annotation: null },
          { id: "v2", reviewer: null, round: 1, annotation: marked("v2") },
        ],
        results: [result("r1", 1, "consensus"), result("r2", 2, "review")],
        agreement_detail: { marks: { s1: { m: 0.5 } }, merged: { m: 0.9 } },
      }),
    )
    expect(found.map(({ title, note }) => `${title}: ${note}`)).toEqual([
      "worker s1: submission, round 1",
      "worker s2: submission, round 2",
      "The project's side: correction, round 2",
      "Result, version 1: consensus of the submissions",
      "Result, version 2: a review, in force",
    ])
    expect(found.map(({ agreement }) => agreement)).toEqual([{ m: 0.5 }, {}, {}, { m: 0.9 }, {}])
  })
})

describe("startOf", () => {
  it("prefers the result in force, then the consensus, then the newest submission", () => {
    const submissions = [submission("s1"), submission("s2")]
    const results = [result("r1", 1, "single"), result("r2", 2, "review")]
    expect(startOf(history({ task: { result_id: "r1" }, results, submissions }))).toEqual(marked("r1"))
    expect(startOf(history({ merged: marked("c"), submissions }))).toEqual(marked("c"))
    expect(startOf(history({ submissions }))).toEqual(marked("s2"))
    expect(startOf(history({}))).toEqual({})
  })
})

describe("ontologyVersionOf", () => {
  it("is the newest version that anything was made under", () => {
    expect(ontologyVersionOf(history({ submissions: [submission("s")] }))).toBe(2)
    expect(ontologyVersionOf(history({ submissions: [submission("s")], results: [result("r", 1, "single")] }))).toBe(3)
    expect(ontologyVersionOf(history({}))).toBeNull()
  })
})
