import { describe, expect, it } from "vitest"
import { labelers, pipelineOf, reviews } from "./plan.ts"
import { templates } from "./templates.ts"

describe("pipelineOf", () => {
  it("makes one label stage and no review where none is wanted", () =>
    expect(pipelineOf("one", "none")).toEqual({ stages: [{ kind: "label", overlap: { min: 1, max: 1 } }] }))
  it("asks more people until sure, and reviews what is in doubt", () =>
    expect(pipelineOf("until-sure", "unsure")).toEqual({
      stages: [
        { kind: "label", overlap: { min: 2, max: 5, target: 0.9 } },
        { kind: "review", share: 0.1, below: 0.8, agreement_below: 0.8 },
      ],
    }))
  it("has a pipeline for every pair of choices", () => {
    const stages = labelers.flatMap((people) =>
      reviews.map((review) => pipelineOf(people.value, review.value).stages.length),
    )
    // Four ways to label; of the four ways to review, one is none: 4 times (1 + 2 + 2 + 2) stages.
    expect(stages.reduce((sum, one) => sum + one, 0)).toBe(28)
  })
})

describe("templates", () => {
  it.each(templates.map((one) => [one.id, one.ontology] as const))("%s keeps to the rules of an ontology", (_, one) => {
    const slugs = /^[a-z0-9][a-z0-9_.-]{0,63}$/
    const ids = one.classes.map((each) => (each as { id: string }).id)
    const keys = one.classes.flatMap((each) => (each as { key?: string }).key ?? [])
    expect(ids.length).toBeGreaterThan(0)
    expect(new Set(ids).size).toBe(ids.length)
    expect(new Set(keys).size).toBe(keys.length)
    expect(
      [...ids, ...one.questions.map((each) => (each as { id: string }).id)].filter((id) => !slugs.test(id)),
    ).toEqual([])
  })
})
