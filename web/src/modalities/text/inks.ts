/** What is drawn under the texts: the document's marks, and in a review those of the submissions that are shown. */

import type { Mark } from "#editor/annotation.ts"
import type { Vocabulary } from "#editor/ontology.ts"
import { LAYER_PENS, type Pen } from "../pens.ts"
import type { Review } from "../review.ts"
import { stretchOf } from "./kinds/span.ts"
import { type Ink, type Laned, laned } from "./layout.ts"
import type { Passage } from "./passage.ts"
import { SPAN } from "./workspace.ts"

const UNKNOWN = "#8a8f98"

export function inkOf(mark: Mark, vocabulary: Vocabulary): Ink {
  const itemClass = vocabulary.classOf(mark.class)
  return {
    ...stretchOf(mark.geometry),
    id: mark.id,
    mark: mark.id,
    color: itemClass?.color ?? UNKNOWN,
    style: mark.source === "prediction" ? "dashed" : "solid",
    name: itemClass?.name ?? mark.class,
  }
}

/** The marks of the submissions that are shown, in the pens that the panel gives them. */
export function inksOfReview(review: Review, asset: number): Ink[] {
  return review.submissions.flatMap(({ id, name, annotation }, i) => {
    if (!review.shown.has(id)) return []
    const { color } = LAYER_PENS[i % LAYER_PENS.length] as Pen
    return annotation.marks
      .filter((mark) => mark.asset === asset && mark.kind === SPAN)
      .map((mark) => ({
        ...stretchOf(mark.geometry),
        id: `${id} ${mark.id}`,
        mark: null,
        color,
        style: "dotted" as const,
        name,
      }))
  })
}

/**
 * The inks of each paragraph of a text. An array stays the same object from one call to the next where nothing in it
 * changed (`before`): paragraphs that stay as they are need not be drawn again.
 */
export function byParagraph(text: Passage, inks: readonly Ink[], before: readonly (readonly Laned[])[]): Laned[][] {
  const found: Laned[][] = text.paragraphs.map(() => [])
  for (const ink of laned(inks.filter(({ from, to }) => from < to && to <= text.length))) {
    const last = text.paragraphAt(ink.to - 1)
    for (let at = text.paragraphAt(ink.from); at <= last; at++) found[at]?.push(ink)
  }
  return found.map((each, at) => {
    const old = before[at]
    return old && JSON.stringify(old) === JSON.stringify(each) ? (old as Laned[]) : each
  })
}
