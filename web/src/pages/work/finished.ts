/** What a turn that is over shows: one's own answer, and beside it what others made of it. */

import type { components } from "#api/schema.d.ts"
import type { WireAnnotation } from "#editor/annotation.ts"
import { readable } from "#parts/wire.ts"

type Assignment = components["schemas"]["Assignment"]
type BlindReview = components["schemas"]["BlindReview"]

/** One version of the answer. */
export interface Version {
  readonly id: string
  readonly title: string
  readonly document: WireAnnotation
}

/** One review in a turn's story; `isOwn`: the person who looks wrote it. */
export interface Said {
  readonly review: BlindReview
  readonly isOwn: boolean
}

/** The own answer first; of a review without a correction, what was reviewed. */
export function versionsOf({ handed_in, own_review, reviews = [], submissions = [] }: Assignment): Version[] {
  const versions: Version[] = []
  if (handed_in) versions.push({ id: "own", title: "Your answer", document: readable(handed_in) })
  if (own_review?.annotation) {
    versions.push({ id: "own", title: "Your correction", document: readable(own_review.annotation) })
  }
  for (const { id, label, annotation } of submissions) {
    versions.push({ id, title: `Submission ${label}`, document: readable(annotation) })
  }
  const fixes = reviews.flatMap(({ annotation }) => (annotation ? [annotation] : []))
  fixes.forEach((annotation, i) => {
    const title = fixes.length > 1 ? `Correction ${i + 1}` : "The correction"
    versions.push({ id: `fix ${i}`, title, document: readable(annotation) })
  })
  return versions
}

/** What was decided, in order. */
export function saidOf({ own_review, reviews = [] }: Assignment): Said[] {
  const own = own_review ? [{ review: own_review, isOwn: true }] : []
  return [...own, ...reviews.map((review) => ({ review, isOwn: false }))]
}
