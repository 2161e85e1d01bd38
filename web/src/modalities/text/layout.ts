/** Where a paragraph of marked text changes its look: runs of characters, and a lane under the line for each mark. */

import type { Stretch } from "./passage.ts"

/** Something drawn under a stretch of the text. */
export interface Ink extends Stretch {
  /** The mark's id; of a submission's mark, with the submission's in front. */
  readonly id: string
  /** The mark of the document that a click here means, or null for one that is only shown. */
  readonly mark: string | null
  readonly color: string
  /** `solid`: a person's. `dashed`: a model's. `dotted`: of a submission under review. */
  readonly style: "solid" | "dashed" | "dotted"
  /** What it is called, shown above its start. */
  readonly name: string
}

export interface Laned extends Ink {
  /** 0 is next to the letters. */
  readonly lane: number
}

export interface Run extends Stretch {
  /** What lies under it, the longest first. */
  readonly inks: readonly Laned[]
  /** Those that begin with it. */
  readonly starting: readonly Laned[]
}

/** More marks over one another than this share the last lane. */
export const LANES_MAX = 6

/** Each with the lane that no other of the same stretch of text has. */
export function laned(inks: readonly Ink[]): Laned[] {
  const sorted = [...inks].sort((a, b) => a.from - b.from || b.to - a.to)
  const free: number[] = []
  return sorted.map((ink) => {
    let lane = free.findIndex((end) => end <= ink.from)
    if (lane < 0) lane = Math.min(free.length, LANES_MAX - 1)
    free[lane] = Math.max(free[lane] ?? 0, ink.to)
    return { ...ink, lane }
  })
}

/**
 * The runs of a paragraph, one after another, together all of it. `inks` in the order of their starts; those that do
 * not touch the paragraph are passed over. `cuts` are further places at which a run has to end.
 */
export function runsOf({ from, to }: Stretch, inks: readonly Laned[], cuts: readonly number[] = []): Run[] {
  const here = inks.filter((ink) => ink.from < to && ink.to > from)
  const places = new Set([from, to])
  for (const ink of here) {
    places.add(Math.max(from, ink.from))
    places.add(Math.min(to, ink.to))
  }
  for (const cut of cuts) if (cut > from && cut < to) places.add(cut)
  const sorted = [...places].sort((a, b) => a - b)
  return sorted.slice(0, -1).map((start, index) => {
    const end = sorted[index + 1] as number
    const under = here.filter((ink) => ink.from <= start && ink.to >= end)
    return { from: start, to: end, inks: under, starting: under.filter((ink) => ink.from === start) }
  })
}

/** The mark meant by a click where `inks` lie: the shortest, or the next longer one after `beneath`. */
export function markUnder(inks: readonly Pick<Ink, "from" | "to" | "mark">[], beneath?: string): string | null {
  const marks = inks.filter((ink) => ink.mark !== null).sort((a, b) => a.to - a.from - (b.to - b.from))
  const at = marks.findIndex((ink) => ink.mark === beneath)
  return marks[(at + 1) % Math.max(1, marks.length)]?.mark ?? null
}
