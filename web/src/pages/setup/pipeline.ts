/** A project's pipeline in plain words. */

import type { FieldKind, Ontology } from "#editor/ontology.ts"
import { duration, percent, plural } from "#parts/format.ts"

/** How each kind of answer is decided; the names of the server's methods. */
export interface Methods {
  readonly categorical: "hierarchical" | "majority"
  readonly set: "binary" | "majority"
  readonly number: "bias-and-spread" | "median"
  readonly text: "one-coin" | "medoid" | "weave" | "majority"
  readonly marks: "existence" | "majority"
}

export const USUAL_METHODS: Methods = {
  categorical: "hierarchical",
  set: "binary",
  number: "bias-and-spread",
  text: "one-coin",
  marks: "existence",
}

const heads = { value: "majority", label: "Count heads", hint: "Everybody's word weighs the same." } as const

/** What can be chosen for each kind of answer, the best measured first. */
export const METHOD_CHOICES: {
  readonly [Kind in keyof Methods]: {
    readonly label: string
    readonly choices: readonly { readonly value: Methods[Kind]; readonly label: string; readonly hint: string }[]
  }
} = {
  marks: {
    label: "Whether a mark is there, and of what class",
    choices: [
      {
        value: "existence",
        label: "By what people find and imagine",
        hint: "Learns what each overlooks and confuses.",
      },
      heads,
    ],
  },
  categorical: {
    label: "One of several options",
    choices: [
      { value: "hierarchical", label: "By what people know", hint: "Learns what each confuses, and guesses by habit." },
      heads,
    ],
  },
  set: {
    label: "Several options",
    choices: [
      { value: "binary", label: "By what people know", hint: "Learns how much each overlooks and chooses too much." },
      heads,
    ],
  },
  number: {
    label: "Numbers",
    choices: [
      { value: "bias-and-spread", label: "By how near people come", hint: "Learns how far off and scattered each is." },
      { value: "median", label: "The one in the middle", hint: "Everybody's number weighs the same." },
    ],
  },
  text: {
    label: "Texts and dates",
    choices: [
      {
        value: "one-coin",
        label: "What is said most",
        hint: "By how often each is right. Where all wrote something else, the text nearest to all.",
      },
      { value: "medoid", label: "The text nearest to all", hint: "For translations: somebody wrote it as it stands." },
      { value: "weave", label: "Put together word by word", hint: "For what was spoken: there is one right order." },
      heads,
    ],
  },
}

/** The kinds of answers that an ontology asks for. */
export function answersOf({ classes = [], questions = [] }: Ontology): (keyof Methods)[] {
  const kinds = new Set(
    [...questions, ...classes.flatMap(({ attributes }) => attributes ?? [])].map(({ kind }) => kind),
  )
  const has = (...some: FieldKind[]) => some.some((kind) => kinds.has(kind))
  const asked: Readonly<Record<keyof Methods, boolean>> = {
    marks: classes.length > 0,
    categorical: has("single", "boolean", "scale"),
    set: has("multiple"),
    number: has("number", "scale"),
    text: has("text", "date"),
  }
  return (Object.keys(asked) as (keyof Methods)[]).filter((kind) => asked[kind])
}

export interface PipelineForm {
  min: number | null
  max: number | null
  /** Percent. */
  target: number | null
  /** Minutes. */
  lease: number | null
  skipsMax: number | null
  skills: string
  /** Another confidence for some classes, questions and options. */
  targets: TargetForm[]
  /** Percentage points: what one more person has to bring. */
  price: number | null
  /** Percent. */
  hopeless: number | null
  predictions: boolean
  consensus: "judges" | "votes"
  methods: Methods
  /** One after another; none: what is labeled is the result. */
  reviews: ReviewForm[]
  gold: GoldForm
}

export interface TargetForm {
  /** A class's or question's id, or "question=option"; empty until it is chosen. */
  of: string
  /** Percent. */
  confidence: number | null
}

export interface GoldForm {
  /** Percent of the turns of somebody nothing is known of, and of somebody well known. */
  rateNew: number | null
  rateKnown: number | null
  feedback: boolean
}

export interface ReviewForm {
  /** Percent. */
  share: number | null
  sampling: "risk" | "even"
  escalated: boolean
  below: number | null
  agreementBelow: number | null
  onReject: "rework" | "relabel"
  roundsMax: number | null
  skills: string
  /** Minutes. */
  lease: number | null
}

/** What can have a target of its own, named: classes, questions, and the options of a question. */
export function targetChoices(ontology: Ontology): { value: string; label: string; hint: string; colour?: string }[] {
  return [
    ...(ontology.classes ?? []).map(({ id, name, color }) => ({
      value: id,
      label: name,
      hint: "class",
      colour: color,
    })),
    ...(ontology.questions ?? []).flatMap(({ id, name, options }) => [
      { value: id, label: name, hint: "question" },
      ...(options ?? []).map((option) => ({
        value: `${id}=${option.id}`,
        label: `${name} ${option.name}`,
        hint: "answer",
      })),
    ]),
  ]
}

/** Stages that a pipeline may have. The server's limit. */
export const STAGES_MAX = 10

interface LabelStage {
  readonly kind: "label"
  readonly overlap: {
    readonly min: number
    readonly max: number
    readonly target: number | null
    readonly targets: readonly { readonly of: string; readonly confidence: number }[]
    readonly price: number
    readonly hopeless: number
    readonly predictions: boolean
  }
  readonly consensus: "judges" | "votes"
  readonly methods: Methods
  readonly skills: readonly string[]
  readonly lease_s: number
  readonly skips_max: number
}

interface ReviewStage {
  readonly kind: "review"
  readonly share: number
  readonly sampling: "risk" | "even"
  readonly escalated: boolean
  readonly below: number | null
  readonly agreement_below: number | null
  readonly on_reject: "rework" | "relabel"
  readonly rounds_max: number
  readonly skills: readonly string[]
  readonly lease_s: number
}

export interface Pipeline {
  readonly stages: readonly (LabelStage | ReviewStage)[]
  readonly gold: { readonly rate_new: number; readonly rate_known: number; readonly feedback: boolean }
}

/** What the server takes where nothing is said. Shares. */
export const usual = { price: 0.003, hopeless: 0.6, rateNew: 0.2, rateKnown: 0.02 } as const

const inPercent = (share: number | null | undefined) =>
  share === null || share === undefined ? null : Math.round(share * 10_000) / 100
/** Six digits are more than anybody types; without rounding 0.3 % would become 0.0030000000000000005. */
const ofPercent = (value: number | null) => (value === null ? null : Number((value / 100).toFixed(6)))
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
    targets: (label?.overlap.targets ?? []).map(({ of, confidence }) => ({ of, confidence: inPercent(confidence) })),
    price: inPercent(label?.overlap.price ?? usual.price),
    hopeless: inPercent(label?.overlap.hopeless ?? usual.hopeless),
    predictions: label?.overlap.predictions ?? false,
    consensus: label?.consensus ?? "judges",
    methods: { ...USUAL_METHODS, ...label?.methods },
    gold: {
      rateNew: inPercent(pipeline.gold?.rate_new ?? usual.rateNew),
      rateKnown: inPercent(pipeline.gold?.rate_known ?? usual.rateKnown),
      feedback: pipeline.gold?.feedback ?? true,
    },
    reviews: pipeline.stages.filter((stage): stage is ReviewStage => stage.kind === "review").map(reviewForm),
  }
}

/** Fields of a review stage; without one those of a new one, which looks at everything. */
export function reviewForm(review?: ReviewStage): ReviewForm {
  return {
    share: inPercent(review?.share ?? 1),
    sampling: review?.sampling ?? "risk",
    escalated: review?.escalated ?? true,
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
  const isAdaptive = max > min
  const label: LabelStage = {
    kind: "label",
    overlap: {
      min,
      max,
      target: isAdaptive ? ofPercent(form.target) : null,
      targets: isAdaptive
        ? form.targets.flatMap(({ of, confidence }) => {
            const share = ofPercent(confidence)
            return of && share !== null ? [{ of, confidence: share }] : []
          })
        : [],
      price: ofPercent(form.price) ?? usual.price,
      hopeless: ofPercent(form.hopeless) ?? usual.hopeless,
      predictions: form.predictions,
    },
    consensus: form.consensus,
    methods: form.methods,
    skills: skillList(form.skills),
    lease_s: Math.round((form.lease ?? 30) * 60),
    skips_max: form.skipsMax ?? 3,
  }
  const gold = {
    rate_new: ofPercent(form.gold.rateNew) ?? usual.rateNew,
    rate_known: ofPercent(form.gold.rateKnown) ?? usual.rateKnown,
    feedback: form.gold.feedback,
  }
  return { stages: [label, ...form.reviews.map(reviewStage)], gold }
}

function reviewStage(form: ReviewForm): ReviewStage {
  return {
    kind: "review",
    share: ofPercent(form.share) ?? 0,
    sampling: form.sampling,
    escalated: form.escalated,
    below: ofPercent(form.below),
    agreement_below: ofPercent(form.agreementBelow),
    on_reject: form.onReject,
    rounds_max: form.roundsMax ?? 3,
    skills: skillList(form.skills),
    lease_s: Math.round((form.lease ?? 30) * 60),
  }
}

/** What a target is of, as people call it. */
export type NameTarget = (of: string) => string

/** What will happen to every item, as one would tell it: a paragraph for each stage, and one for gold. */
export function storyOf(pipeline: Pipeline, nameOf: NameTarget = (of) => of): string[] {
  const isExpert = pipeline.stages.some((stage) => stage.kind === "review" && stage.escalated)
  const stages = pipeline.stages.map((stage) =>
    stage.kind === "label" ? labelStory(stage, isExpert, nameOf) : reviewStory(stage),
  )
  return [...stages, goldStory(pipeline.gold)].filter(Boolean)
}

function goldStory({ rate_new, rate_known, feedback }: Pipeline["gold"]): string {
  if (rate_new <= 0 && rate_known <= 0) return ""
  const told = feedback ? " Afterwards they see what was right." : ""
  return (
    `Where there is gold, somebody new meets it in ${percent(rate_new)} of their turns, somebody well known in ` +
    `${percent(rate_known)}.${told}`
  )
}

function labelStory(stage: LabelStage, isExpert: boolean, nameOf: NameTarget) {
  const { overlap, consensus, skills, lease_s, skips_max } = stage
  const { min, max, target, targets, hopeless } = overlap
  const who = `${plural(min, "person", "people")}${skills.length > 0 ? ` with the skill ${skills.join(" and ")}` : ""}`
  const blind = max > 1 ? ", who do not see each other's work" : ""
  const less = [
    target === null ? "" : `less than ${percent(target)} sure`,
    ...targets.map(({ of, confidence }) => `for ${nameOf(of)} less than ${percent(confidence)} sure`),
  ].filter(Boolean)
  const expert = isExpert ? `; what stays below ${percent(hopeless)} then goes to a reviewer` : ""
  const more =
    max > min && less.length > 0
      ? ` If the answer is ${less.join(", or ")}, one more is asked at a time, up to ${max}, as long as that is worth it${expert}.`
      : ""
  const counted = max > 1 && consensus === "votes" ? " Each of them has one vote, however good they are." : ""
  return (
    `Each item is labeled by ${who}${blind}.${counted}${more} A turn lasts ${duration(lease_s)} and is longer while one works; ` +
    `after ${plural(skips_max, "skip")} the task waits for the lead.`
  )
}

function reviewStory(stage: ReviewStage): string {
  const { share, sampling, below, agreement_below, on_reject, rounds_max, skills } = stage
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
        : `${percent(share)} of the items${
            sampling === "risk" ? ", more of those where a mistake is likelier" : ""
          }${always.length > 0 ? `, and all ${always.join(", or ")},` : sampling === "risk" ? "," : ""}`
  const many = share >= 1 ? "is" : "are"
  const then = on_reject === "rework" ? "goes back to who made it" : "is labeled afresh by others"
  const end =
    rounds_max === 0 ? "waits for the lead" : `${then}, ${plural(rounds_max, "time")} at most; then the lead decides`
  return `${what} ${many} reviewed by ${who}; what is sent back ${end}.`
}
