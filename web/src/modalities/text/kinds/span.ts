/** A stretch of a text: {start, end} in code points, the end being the first one behind it. */

import type { Geometry, Mark } from "#editor/annotation.ts"
import { duplicateFaults } from "#editor/duplicates.ts"
import { kindTable, type StretchKind } from "#editor/kind.ts"
import type { Passage, Stretch } from "../passage.ts"

/** So much of a span's text is told where it is listed, characters. */
const WORDS_MAX = 60

export function stretchOf(geometry: Geometry): Stretch {
  return { from: geometry.start as number, to: geometry.end as number }
}

export function geometryOf({ from, to }: Stretch): Geometry {
  return { start: from, end: to }
}

/** The span kind over the texts of an item, by asset; a text that has not arrived is absent. */
export function spanKind(texts: ReadonlyMap<number, Passage>): StretchKind {
  return {
    id: "span",
    title: "Span",
    isPlaced: false,
    isTag: false,

    words(geometry, asset = 0) {
      const { from, to } = stretchOf(geometry)
      const text = texts.get(asset)?.slice({ from, to: Math.min(to, from + WORDS_MAX) })
      if (text === undefined) return `${from} to ${to}`
      return `“${text.replaceAll(/\s+/g, " ")}${to - from > WORDS_MAX ? "…" : ""}”`
    },

    /** The codes and limits are those of `fairmark.modalities.text.marks`. */
    problems(geometry, { width }) {
      const { from, to } = stretchOf(geometry)
      if (!Number.isInteger(from) || !Number.isInteger(to)) {
        const message = "The span has an end that is no place in the text."
        return [{ code: "bad_geometry", path: "", message, mend: "Delete it and mark it anew." }]
      }
      if (from >= to) {
        const message = `The span ends at ${to} and starts at ${from}.`
        return [{ code: "empty_span", path: "", message, mend: "Mark at least one character, or delete it." }]
      }
      if (from >= 0 && to <= width) return []
      const message = `The span from ${from} to ${to} reaches out of the text of ${width} characters.`
      return [{ code: "outside", path: "", message, mend: "Keep it within the text." }]
    },

    together(marks, _, assets) {
      const isSound = ({ kind, geometry, asset }: Mark) =>
        kind === "span" && assets[asset] !== undefined && this.problems(geometry, assets[asset]).length === 0
      return duplicateFaults(
        marks.map((mark) => (isSound(mark) ? mark : null)),
        () => null,
      )
    },

    bounds(geometry) {
      const { from, to } = stretchOf(geometry)
      return { x: from, y: 0, w: to - from, h: 1 }
    },
  }
}

/** The mark kinds of texts. */
export function textKinds(texts: ReadonlyMap<number, Passage>) {
  return kindTable([spanKind(texts)])
}
