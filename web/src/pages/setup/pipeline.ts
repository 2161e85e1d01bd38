/** A project's pipeline in plain words. */

import { duration, percent, plural } from "#parts/format.ts"

export interface PipelineForm {
  min: number | null
  max: number | null
  /** Percent. */
  target: number | null
  /** Minutes. */
  lease: number | null
  skipsMax: number | null
  skills: string
  /** One after another; none: what is labeled is the result. */
  reviews: ReviewForm[]
}

export interface ReviewForm {
  /** Percent. */
  share: number | null
  below: number | null
  agreementBelow: number | null
  onReject: "rework" | "relabel"
  roundsMax: number | null
  skills: string
  /** Minutes. */
  lease: number | null
}

/** Stages that a pipeline may have. The server's limit. */
export const STAGES_MAX = 10

interface LabelStage {
  readonly kind: "label"
  readonly overlap: { readonly min: number; readonly max: number; readonly target: number | null }
  readonly skills: readonly string[]
  readonly lease_s: number
  readonly skips_max: number
}

interface ReviewStage {
  readonly kind: "review"
  readonly share: number
  readonly below: number | null
  readonly agreement_below: number | null
  readonly on_reject: "rework" | "relabel"
  readonly rounds_max: number
  readonly skills: readonly string[]
  readonly lease_s: number
}

export interface Pipeline {
  readonly stages: readonly (LabelStage | ReviewStage)[]
}

const inPercent = (share: number | null | undefined) =>
  share === null || share === undefined ? null : Math.round(share * 1_000) / 10
const ofPercent = (value: number | null) => (value === null ? null : value / 100)
const skillList = (text: string) => text.split(/[\s,]+/).filter(Boolean)

/** Fields to fill in. */
export function formOf(pipeline: Pipeline): PipelineForm {
  const label = pipeline.stages.find((stage): stage is LabelStage => stage.kind === "label")
  return {
    min: label?.overlap.min ?? 1,
    max: label?.overlap.max ?? 1,
    target: inPercent(label?.overlap.target),
    lease: (label?.lease_s ?? 1_800) / 60,
    skipsMax: label?.skips_max ?? 3,
    skills: (label?.skills ?? []).join(", "),
    reviews: pipeline.stages.filter((stage): stage is ReviewStage => stage.kind === "review").map(reviewForm),
  }
}

/** Fields of a review stage; without one those of a new one, which looks at everything. */
export function reviewForm(review?: ReviewStage): ReviewForm {
  return {
    share: inPercent(review?.share ?? 1),
    below: inPercent(review?.below),
    agreementBelow: inPercent(review?.agreement_below),
    onReject: review?.on_reject ?? "rework",
    roundsMax: review?.rounds_max ?? 3,
    skills: (review?.skills ?? []).join(", "),
    lease: (review?.lease_s ?? 1_800) / 60,
  }
}

/** The pipeline that the form means. */
export function pipelineOf(form: PipelineForm): Pipeline {
  const min = form.min ?? 1
  const max = Math.max(min, form.max ?? min)
  const label: LabelStage = {
    kind: "label",
    overlap: { min, max, target: max > min ? ofPercent(form.target) : null },
    skills: skillList(form.skills),
    lease_s: Math.round((form.lease ?? 30) * 60),
    skips_max: form.skipsMax ?? 3,
  }
  return { stages: [label, ...form.reviews.map(reviewStage)] }
}

function reviewStage(form: ReviewForm): ReviewStage {
  return {
    kind: "review",
    share: ofPercent(form.share) ?? 0,
    below: ofPercent(form.below),
    agreement_below: ofPercent(form.agreementBelow),
    on_reject: form.onReject,
    rounds_max: form.roundsMax ?? 3,
    skills: skillList(form.skills),
    lease_s: Math.round((form.lease ?? 30) * 60),
  }
}

/** What will happen to every item, as one would tell it. */
export function storyOf(pipeline: Pipeline): string {
  return pipeline.stages.map((stage) => (stage.kind === "label" ? labelStory(stage) : reviewStory(stage))).join(" ")
}

function labelStory({ overlap, skills, lease_s, skips_max }: LabelStage): string {
  const { min, max, target } = overlap
  const who = `${plural(min, "person", "people")}${skills.length > 0 ? ` with the skill ${skills.join(" and ")}` : ""}`
  const blind = max > 1 ? ", who do not see each other's work" : ""
  const more =
    max > min && target !== null
      ? ` If the answer is less than ${percent(target)} sure, one more is asked at a time, up to ${max}.`
      : ""
  return (
    `Each item is labeled by ${who}${blind}.${more} A turn lasts ${duration(lease_s)} and is longer while one works; ` +
    `after ${plural(skips_max, "skip")} the task waits for the lead.`
  )
}

function reviewStory(stage: ReviewStage): string {
  const { share, below, agreement_below, on_reject, rounds_max, skills } = stage
  const always = [
    below === null ? "" : `whose answer is less than ${percent(below)} sure`,
    agreement_below === null ? "" : `whose submissions agree less than ${percent(agreement_below)}`,
  ].filter(Boolean)
  const who = `someone who did not label it${skills.length > 0 ? ` and has the skill ${skills.join(" and ")}` : ""}`
  const what =
    share >= 1
      ? "Every item"
      : share <= 0 && always.length > 0
        ? `Items ${always.join(", or ")},`
        : `${percent(share)} of the items${always.length > 0 ? `, and all ${always.join(", or ")},` : ""}`
  const many = share >= 1 ? "is" : "are"
  const then = on_reject === "rework" ? "goes back to who made it" : "is labeled afresh by others"
  const end =
    rounds_max === 0 ? "waits for the lead" : `${then}, ${plural(rounds_max, "time")} at most; then the lead decides`
  return `${what} ${many} reviewed by ${who}; what is sent back ${end}.`
}
