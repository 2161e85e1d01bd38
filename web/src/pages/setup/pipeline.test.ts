import { describe, expect, it } from "vitest"
import { formOf, type Pipeline, pipelineOf, storyOf } from "./pipeline.ts"

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
    expect(pipelineOf(formOf(pipeline), pipeline)).toEqual(pipeline)
  })

  it("drop a target that one number of people has no use for", () => {
    const changed = pipelineOf({ ...formOf(pipeline), max: 2 }, pipeline)
    expect(changed.stages[0]).toMatchObject({ overlap: { min: 2, max: 2, target: null } })
  })

  it("drop the review, and keep review stages that the form does not show", () => {
    expect(pipelineOf({ ...formOf(pipeline), review: false }, pipeline).stages).toHaveLength(1)
    const long = { stages: [...pipeline.stages, ...pipeline.stages.slice(1)] }
    expect(pipelineOf(formOf(long), long).stages).toHaveLength(3)
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
    const form = { ...formOf(pipeline), roundsMax: 0, share: 100, below: null }
    expect(storyOf(pipelineOf(form, pipeline))).toContain(
      "Every item is reviewed by someone who did not label it; what is sent back waits for the lead.",
    )
  })
})
