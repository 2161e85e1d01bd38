/** Marks that say the same twice, or nearly: somebody drew one thing again. As `fairmark.modalities.duplicates`. */

import type { Box } from "#geometry/box.ts"
import type { Mark } from "./annotation.ts"
import type { Fault } from "./validation.ts"

/** Intersection over union of the boxes around two marks from which they are almost the same. */
const ALIKE_MIN = 0.9

interface Placed {
  readonly index: number
  readonly mark: Mark
  readonly box: Box
}

/**
 * A warning for each mark that one before it, of its kind and class on its asset, already says, in their order.
 * `boxOf`: the box around a mark, null for one that covers nothing. Marks must be free of faults of their own; `null`
 * stands for one that is not.
 */
export function duplicateFaults(marks: readonly (Mark | null)[], boxOf: (mark: Mark) => Box | null): Fault[] {
  const found = new Map<number, Fault>()
  const seen = new Set<string>()
  const groups = new Map<string, Placed[]>()
  marks.forEach((mark, index) => {
    if (!mark) return
    const group = `${mark.asset} ${mark.kind} ${mark.class}`
    const whole = `${group} ${JSON.stringify(mark.geometry)}`
    if (seen.has(whole)) {
      found.set(index, fault(index, mark, "the same as"))
      return
    }
    seen.add(whole)
    const box = boxOf(mark)
    if (!box) return
    const own = groups.get(group)
    if (own) own.push({ index, mark, box })
    else groups.set(group, [{ index, mark, box }])
  })
  for (const group of groups.values()) addNear(group, found)
  return [...found.keys()].toSorted((a, b) => a - b).flatMap((index) => found.get(index) ?? [])
}

function fault(index: number, mark: Mark, how: string): Fault {
  const message = `This mark is ${how} another one.`
  const mend = "Delete one of the two."
  return { code: "duplicate_mark", path: `/marks/${index}`, message, mend, mark_id: mark.id, severity: "warning" }
}

function addNear(group: readonly Placed[], found: Map<number, Fault>): void {
  const ordered = group.toSorted((a, b) => a.box.x - b.box.x)
  ordered.forEach(({ box }, n) => {
    // What one box alone has on a side is no more than this share of its own length.
    const reach = box.x + box.w * (1 - ALIKE_MIN)
    for (let m = n + 1; m < ordered.length; m++) {
      const other = ordered[m] as Placed
      if (other.box.x > reach) break
      if (overlap(box, other.box) < ALIKE_MIN) continue
      const one = ordered[n] as Placed
      const later = one.index > other.index ? one : other
      if (!found.has(later.index)) found.set(later.index, fault(later.index, later.mark, "almost the same as"))
    }
  })
}

function overlap(a: Box, b: Box): number {
  const width = Math.min(a.x + a.w, b.x + b.w) - Math.max(a.x, b.x)
  const height = Math.min(a.y + a.h, b.y + b.h) - Math.max(a.y, b.y)
  return width > 0 && height > 0 ? (width * height) / (a.w * a.h + b.w * b.h - width * height) : 0
}
