/** Pairing the boxes of two people, for showing where they differ. */

import { type Box, iou } from "./box.ts"
import { BoxIndex } from "./boxIndex.ts"

export interface Pair {
  /** Index into the first list. */
  readonly a: number
  /** Index into the second list. */
  readonly b: number
  /** Intersection over union in (0, 1]. */
  readonly iou: number
}

/**
 * Pairs of boxes with an overlap of at least `least`, best overlap first, each box in at most one pair.
 *
 * Greedy, for display only: the agreement that counts is worked out by the server with an optimal assignment.
 */
export function matched(a: readonly Box[], b: readonly Box[], least: number): Pair[] {
  const index = new BoxIndex()
  b.forEach((box, at) => {
    index.set(at, box)
  })
  const candidates: Pair[] = []
  a.forEach((box, at) => {
    for (const other of index.query(box)) {
      const overlap = iou(box, b[other] as Box)
      if (overlap > 0 && overlap >= least) candidates.push({ a: at, b: other, iou: overlap })
    }
  })
  candidates.sort((p, q) => q.iou - p.iou || p.a - q.a || p.b - q.b)
  const takenA = new Set<number>()
  const takenB = new Set<number>()
  return candidates.filter((pair) => {
    if (takenA.has(pair.a) || takenB.has(pair.b)) return false
    takenA.add(pair.a)
    takenB.add(pair.b)
    return true
  })
}
