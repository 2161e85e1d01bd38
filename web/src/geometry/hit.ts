/** Which part of a box the pointer means. */

import { area, type Box, contains, HANDLE_NAMES, type HandleName, handleAt } from "./box.ts"
import type { ImagePoint } from "./point.ts"

/**
 * The handle within `reach` image pixels of `at`, the nearest first; corners win ties against edges.
 * On a box narrower than three reaches the edge handles give way, so that its inside can still be gripped.
 */
export function handleUnder(box: Box, at: ImagePoint, reach: number): HandleName | null {
  let best: HandleName | null = null
  let nearest = reach
  for (const name of HANDLE_NAMES) {
    if ((name === "n" || name === "s") && box.w < 3 * reach) continue
    if ((name === "e" || name === "w") && box.h < 3 * reach) continue
    const [x, y] = handleAt(box, name)
    const away = Math.max(Math.abs(x - at[0]), Math.abs(y - at[1]))
    if (away < nearest || (away === nearest && best !== null && best.length === 1 && name.length === 2)) {
      nearest = away
      best = name
    }
  }
  return best
}

/** Distance from `at` to the border of `box`, image pixels; 0 on it. */
export function borderDistance(box: Box, at: ImagePoint): number {
  const dx = Math.max(box.x - at[0], at[0] - box.x - box.w)
  const dy = Math.max(box.y - at[1], at[1] - box.y - box.h)
  if (dx <= 0 && dy <= 0) return Math.abs(Math.max(dx, dy))
  return Math.hypot(Math.max(0, dx), Math.max(0, dy))
}

/**
 * How well `at` points at `box`: lower is better, null is a miss.
 *
 * A border within `reach` beats every inside; among insides the smaller box wins, so that a small box within a
 * large one can always be picked.
 */
export function pickCost(box: Box, at: ImagePoint, reach: number): number | null {
  if (!contains(box, at, reach)) return null
  const border = borderDistance(box, at)
  if (border <= reach) return border / Math.max(reach, 1e-9)
  return contains(box, at) ? 1 + Math.sqrt(area(box)) : null
}
