import { describe, expect, it } from "vitest"
import {
  answersOf,
  formOf,
  type Pipeline,
  pipelineOf,
  reviewForm,
  storyOf,
  targetChoices,
  USUAL_METHODS,
} from "./pipeline.ts"

const pipeline: Pipeline = {
  stages: [
    {
      kind: "label",
      overlap: {
        min: 2,
        max: 3,
        target: 0.8,
        targets: [{ of: "light=night", confidence: 0.95 }],
        price: 0.003,
        hopeless: 0.6,
        predictions: true,
      },
      consensus: "votes",
      methods: { ...USUAL_METHODS, text: "weave" },
      skills: ["cars"],
      lease_s: 1_800,
      skips_max: 3,
    },
    {
      kind: "review",
      share: 0.3,
      sampling: "risk",
      escalated: true,
      below: 0.75,
      agreement_below: null,
      on_reject: "relabel",
      rounds_max: 2,
      skills: [],
      lease_s: 600,
    },
  ],
  gold: { rate_new: 0.25, rate_known: 0.015, feedback: false },
}

describe("formOf and pipelineOf", () => {
  it("bring a pipeline back as it was", () => {
    expect(pipelineOf(formOf(pipeline))).toEqual(pipeline)
  })

  it("drop a target that one number of people has no use for", () => {
    const changed = pipelineOf({ ...formOf(pipeline), max: 2 })
    expect(changed.stages[0]).toMatchObject({ overlap: { min: 2, max: 2, target: null, targets: [] } })
  })

  it("leave out a target of nothing or without a figure", () => {
    const targets = [
      { of: "", confidence: 90 },
      { of: "car", confidence: null },
      { of: "bus", confidence: 99.5 },
    ]
    expect(pipelineOf({ ...formOf(pipeline), targets }).stages[0]).toMatchObject({
      overlap: { targets: [{ of: "bus", confidence: 0.995 }] },
    })
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
  const told = (...of: Parameters<typeof storyOf>) => storyOf(...of).join(" ")

  it("tells overlap, skills, review and what is sent back", () => {
    const story = told(pipeline)
    expect(story).toContain("labeled by 2 people with the skill cars")
    expect(story).toContain(
      "If the answer is less than 80% sure, or for light=night less than 95% sure, one more is asked at a time, up to 3, " +
        "as long as that is worth it; what stays below 60% then goes to a reviewer.",
    )
    expect(story).toContain(
      "30% of the items, more of those where a mistake is likelier, and all whose answer is less than 75% sure",
    )
    expect(story).toContain("is labeled afresh by others, 2 times at most")
  })

  it("says that heads are counted, where several people are asked", () => {
    expect(told(pipeline)).toContain("Each of them has one vote, however good they are.")
    expect(told(pipelineOf({ ...formOf(pipeline), consensus: "judges" }))).not.toContain("one vote")
    expect(told(pipelineOf({ ...formOf(pipeline), min: 1, max: 1 }))).not.toContain("one vote")
  })

  it("tells who meets gold, and calls targets by name", () => {
    expect(told(pipeline)).toContain("somebody new meets it in 25% of their turns, somebody well known in 2%.")
    expect(told(pipeline, () => "night")).toContain("for night less than 95% sure")
    const none = { rateNew: 0, rateKnown: 0, feedback: true }
    expect(told(pipelineOf({ ...formOf(pipeline), gold: none }))).not.toContain("gold")
  })

  it("says who decides where nothing goes round", () => {
    const form = { ...formOf(pipeline), reviews: [{ ...reviewForm(), roundsMax: 0 }] }
    expect(told(pipelineOf(form))).toContain(
      "Every item is reviewed by someone who did not label it; what is sent back waits for the lead.",
    )
  })
})

describe("targetChoices", () => {
  it("offers classes, questions and their options", () => {
    const options = [{ id: "night", name: "Night" }]
    const choices = targetChoices({
      classes: [{ id: "car", name: "Car", color: "#0279ff", marks: ["box"] }],
      questions: [{ id: "light", name: "Light", kind: "single", options }],
    })
    expect(choices.map(({ value, label }) => [value, label])).toEqual([
      ["car", "Car"],
      ["light", "Light"],
      ["light=night", "Light Night"],
    ])
  })
})

describe("answersOf", () => {
  it("names the kinds of answers that are asked for, marks first", () => {
    const car = { id: "car", name: "Car", color: "#0279ff", marks: ["box"] }
    expect(answersOf({})).toEqual([])
    expect(answersOf({ classes: [car] })).toEqual(["marks"])
    const plate = { id: "plate", name: "Plate", kind: "text" } as const
    const seats = { id: "seats", name: "Seats", kind: "number" } as const
    const light = { id: "light", name: "Light", kind: "boolean" } as const
    const seen = answersOf({ classes: [{ ...car, attributes: [plate] }], questions: [light, seats] })
    expect(seen).toEqual(["marks", "categorical", "number", "text"])
  })
})
