/** The way of a task, chosen in plain words: how many people label it, and how much is reviewed. */

import type { components } from "#api/schema.d.ts"

type Pipeline = components["schemas"]["Pipeline"]

export type Labelers = "one" | "two" | "three" | "until-sure"
export type Reviews = "none" | "sample" | "unsure" | "all"

export const labelers: readonly { value: Labelers; label: string; hint: string }[] = [
  { value: "one", label: "One person", hint: "The fastest and cheapest. Combine it with a review." },
  { value: "two", label: "Two people, blind to each other", hint: "Agreement is measured; their work is merged." },
  { value: "three", label: "Three people", hint: "A majority decides. Three times the work." },
  {
    value: "until-sure",
    label: "Two, and up to five where they disagree",
    hint: "More people are asked only until the merged result is 90 % sure.",
  },
]

export const reviews: readonly { value: Reviews; label: string; hint: string }[] = [
  { value: "none", label: "No review", hint: "What labelers submit is the result." },
  { value: "sample", label: "One task in ten", hint: "Enough to know how good the work is." },
  {
    value: "unsure",
    label: "One in ten, and all that are in doubt",
    hint: "Also tasks whose labelers agree below 80 %.",
  },
  { value: "all", label: "Every task", hint: "A reviewer accepts, mends or sends back each one." },
]

const overlaps = {
  one: { min: 1, max: 1 },
  two: { min: 2, max: 2 },
  three: { min: 3, max: 3 },
  "until-sure": { min: 2, max: 5, target: 0.9 },
} as const

const reviewStages = {
  sample: { share: 0.1 },
  unsure: { share: 0.1, below: 0.8, agreement_below: 0.8 },
  all: { share: 1 },
} as const

/** What the two choices mean to the server, which fills in the rest of each stage. */
export function pipelineOf(people: Labelers, review: Reviews): Pipeline {
  const stages: object[] = [{ kind: "label", overlap: overlaps[people] }]
  if (review !== "none") stages.push({ kind: "review", ...reviewStages[review] })
  return { stages } as Pipeline
}
