/** Several submissions of one item laid over one another, and where they differ. */

import {
  type Annotation,
  fullMark,
  type Mark,
  readAnnotation,
  type WireAnnotation,
  writeAnnotation,
} from "#editor/annotation.ts"
import { sameValue } from "#editor/conditions.ts"
import { boundsOf, type KindTable } from "#editor/kind.ts"
import type { FieldValue, Vocabulary } from "#editor/ontology.ts"
import { Topics } from "#editor/topics.ts"
import { type Box, union } from "#geometry/box.ts"
import { matched } from "#geometry/match.ts"
import { MERGED, OWN, Swipe } from "./swipe.ts"

/** One person's answer. `name` is their pseudonym. */
export interface Submission {
  readonly id: string
  readonly name: string
  readonly document: WireAnnotation
  /** How much the others agree with each of its marks, by mark id, 0 to 1. */
  readonly agreement?: Readonly<Record<string, number>>
}

/** Marks overlap at least so much to be taken for the same thing. */
export const SAME_THING_IOU = 0.5
/** The same thing with less overlap than this is placed differently. */
const SAME_PLACE_IOU = 0.75

/** One thing that the submissions do not say alike. */
export interface Difference {
  /** `missing`: not all have it. `class`, `place`, `attributes`: all have it, but differently. `answer`: a question. */
  readonly kind: "missing" | "class" | "place" | "attributes" | "answer"
  readonly words: string
  /** Around the marks in question; null for tags and answers. */
  readonly box: Box | null
  readonly asset: number
  /** What each submission says, in their order; null for nothing. */
  readonly says: readonly (Mark | FieldValue | null)[]
  readonly question?: string
}

interface Thing {
  readonly marks: (Mark | null)[]
  box: Box | null
}

export class Review {
  readonly topics = new Topics<"review">()
  readonly submissions: readonly (Submission & { readonly annotation: Annotation })[]
  readonly differences: readonly Difference[]
  shown: ReadonlySet<string>
  /** Index of the difference being looked at, -1 for none. */
  current = -1
  readonly swipe: Swipe
  /** What the submissions say together, as the reviewer found it; null where there is nothing to merge. */
  readonly merged: Annotation | null

  constructor(
    submissions: readonly Submission[],
    vocabulary: Vocabulary,
    kinds: KindTable,
    merged: WireAnnotation | null = null,
  ) {
    this.submissions = submissions.map((each) => ({
      ...each,
      annotation: writeAnnotation(readAnnotation(each.document)),
    }))
    this.shown = new Set(submissions.map((each) => each.id))
    this.merged = merged && writeAnnotation(readAnnotation(merged))
    this.swipe = new Swipe([
      ...submissions.map(({ id, name }) => ({ id, name })),
      ...(merged ? [{ id: MERGED, name: "Consensus" }] : []),
      { id: OWN, name: "Your version" },
    ])
    this.differences = differencesOf(
      this.submissions.map((each) => each.annotation),
      vocabulary,
      kinds,
    )
  }

  get currentDifference(): Difference | null {
    return this.differences[this.current] ?? null
  }

  toggle(id: string): void {
    const next = new Set(this.shown)
    if (!next.delete(id)) next.add(id)
    this.shown = next
    this.topics.tell("review")
  }

  /** Shows the next submission alone, after the last one all of them again. Returns what is shown, null for all. */
  flip(): Submission | null {
    const at = this.shown.size === 1 ? this.submissions.findIndex(({ id }) => this.shown.has(id)) : -1
    const next = this.submissions[at + 1]
    this.shown = new Set(next ? [next.id] : this.submissions.map(({ id }) => id))
    this.topics.tell("review")
    return next ?? null
  }

  goTo(index: number): void {
    const count = this.differences.length
    this.current = count === 0 ? -1 : (index + count) % count
    this.topics.tell("review")
  }
}

/** Where documents differ: marks in reading order, then tags, then answers. Empty for fewer than two. */
export function differencesOf(
  annotations: readonly Annotation[],
  vocabulary: Vocabulary,
  kinds: KindTable,
): Difference[] {
  if (annotations.length < 2) return []
  const full = annotations.map((each) => ({ ...each, marks: each.marks.map(fullMark) }))
  const assets = Math.max(0, ...full.flatMap((each) => each.marks.map((mark) => mark.asset))) + 1
  const found: Difference[] = []
  for (let asset = 0; asset < assets; asset++) {
    const marks = full.map((each) => each.marks.filter((mark) => mark.asset === asset))
    const things = [...placedThings(marks, kinds), ...taggedThings(marks, kinds)]
    for (const thing of things) {
      const difference = differenceOf(thing, asset, vocabulary, kinds)
      if (difference) found.push(difference)
    }
  }
  for (const { id, name } of vocabulary.questions) {
    const says = full.map((each) => each.answers[id] ?? null)
    if (says.every((each) => sameValue(each ?? undefined, says[0] ?? undefined))) continue
    found.push({ kind: "answer", words: `${name}: answered differently`, box: null, asset: 0, says, question: id })
  }
  return found
}

/** Marks with a place, put together across the documents where they overlap enough. */
function placedThings(documents: readonly (readonly Mark[])[], kinds: KindTable): Thing[] {
  const things: Thing[] = []
  const place = (mark: Mark) => boundsOf(kinds, mark) as Box
  documents.forEach((marks, at) => {
    const placed = marks.filter((mark) => boundsOf(kinds, mark))
    const open = things.filter((thing) => thing.box !== null)
    const pairs = matched(
      open.map((thing) => place(thing.marks.find((mark) => mark !== null) as Mark)),
      placed.map(place),
      SAME_THING_IOU,
    )
    const thingOf = new Map(pairs.map((pair) => [pair.b, open[pair.a] as Thing]))
    placed.forEach((mark, index) => {
      const known = thingOf.get(index)
      const thing = known ?? { marks: documents.map(() => null), box: place(mark) }
      thing.marks[at] = mark
      thing.box = union(thing.box as Box, place(mark))
      if (!known) things.push(thing)
    })
  })
  return things.sort((a, b) => (a.box as Box).y - (b.box as Box).y || (a.box as Box).x - (b.box as Box).x)
}

function taggedThings(documents: readonly (readonly Mark[])[], kinds: KindTable): Thing[] {
  const things = new Map<string, Thing>()
  documents.forEach((marks, at) => {
    for (const mark of marks) {
      if (boundsOf(kinds, mark)) continue
      const thing = things.get(mark.class) ?? { marks: documents.map(() => null), box: null }
      thing.marks[at] = mark
      things.set(mark.class, thing)
    }
  })
  return [...things.values()]
}

function differenceOf(thing: Thing, asset: number, vocabulary: Vocabulary, kinds: KindTable): Difference | null {
  const present = thing.marks.filter((mark) => mark !== null)
  const nameOf = (id: string) => vocabulary.classOf(id)?.name ?? id
  const classes = [...new Set(present.map((mark) => mark.class))]
  const common = { box: thing.box, asset, says: thing.marks }
  if (present.length < thing.marks.length) {
    const words = `${classes.map(nameOf).join(" or ")}: ${present.length} of ${thing.marks.length} have it`
    return { kind: "missing", words, ...common }
  }
  if (classes.length > 1) return { kind: "class", words: classes.map(nameOf).join(" or "), ...common }
  const [first, ...others] = present as [Mark, ...Mark[]]
  if (thing.box && others.some((mark) => overlapOf(kinds, first, mark) < SAME_PLACE_IOU)) {
    return { kind: "place", words: `${nameOf(first.class)}: placed differently`, ...common }
  }
  const fields = vocabulary.attributesOf(first.class)
  const differing = fields.filter(({ id }) =>
    others.some((mark) => !sameValue(mark.attributes[id], first.attributes[id])),
  )
  if (differing.length === 0) return null
  const words = `${nameOf(first.class)}: ${differing.map((field) => field.name).join(", ")}`
  return { kind: "attributes", words, ...common }
}

function overlapOf(kinds: KindTable, a: Mark, b: Mark): number {
  return matched([boundsOf(kinds, a) as Box], [boundsOf(kinds, b) as Box], 0)[0]?.iou ?? 0
}
