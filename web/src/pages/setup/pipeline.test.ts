import { describe, expect, it } from "vitest"
import { formOf, type Pipeline, pipelineOf, reviewForm, storyOf } from "./pipeline.ts"

const pipeline: Pipeline = {
  stages: [
    { kind: "label", overlap: { min: 2, max: 3, target: 0.8 }, skills: ["cars"], lease_s: 1_800, skips_max: 3 },
    {
      kind: "review",
      share: 0.3,
      below: 0.75,
      agreement_below: null,
      on_reject: "relabel",
      rounds_max: 2,
      skills: [],
      lease_s: 600,
    },
  ],
}

describe("formOf and pipelineOf", () => {
  it("bring a pipeline back as it was", () => {
    expect(pipelineOf(formOf(pipeline))).toEqual(pipeline)
  })

  it("drop a target that one number of people has no use for", () => {
    const changed = pipelineOf({ ...formOf(pipeline), max: 2 })
    expect(changed.stages[0]).toMatchObject({ overlap: { min: 2, max: 2, target: null } })
  })

  it("have no review stage, or several, each with its own rules", () => {
    expect(pipelineOf({ ...formOf(pipeline), reviews: [] }).stages).toHaveLength(1)
    const second = { ...reviewForm(), share: 5, skills: "lead" }
    const long = pipelineOf({ ...formOf(pipeline), reviews: [...formOf(pipeline).reviews, second] })
    expect(long.stages.slice(1)).toMatchObject([
      { share: 0.3, skills: [] },
      { share: 0.05, skills: ["lead"], below: null },
    ])
    expect(pipelineOf(formOf(long))).toEqual(long)
  })
})

describe("storyOf", () => {
  it("tells overlap, skills, review and what is sent back", () => {
    const story = storyOf(pipeline)
    expect(story).toContain("labeled by 2 people with the skill cars")
    expect(story).toContain("less than 80% sure, one more is asked at a time, up to 3")
    expect(story).toContain("30% of the items, and all whose answer is less than 75% sure")
    expect(story).toContain("is labeled afresh by others, 2 times at most")
  })

  it("says who decides where nothing goes round", () => {
    const form = { ...formOf(pipeline), reviews: [{ ...reviewForm(), roundsMax: 0 }] }
    expect(storyOf(pipelineOf(form))).toContain(
      "Every item is reviewed by someone who did not label it; what is sent back waits for the lead.",
    )
  })
})
