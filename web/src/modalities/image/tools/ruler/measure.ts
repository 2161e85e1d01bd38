/** What a ruler tells. */

import { rounded } from "#geometry/point.ts"

/** Two places of the image. */
export interface Measure {
  readonly from: readonly [x: number, y: number]
  readonly to: readonly [x: number, y: number]
}

/** Length, both sides and the angle above the horizontal: "50 px · 30 × 40 · 53.1°". */
export function wordsOf({ from, to }: Measure): string {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]]
  const angle = dx === 0 && dy === 0 ? 0 : (Math.atan2(Math.abs(dy), Math.abs(dx)) * 180) / Math.PI
  return `${rounded(Math.hypot(dx, dy), 1)} px · ${rounded(Math.abs(dx), 1)} × ${rounded(Math.abs(dy), 1)} · ${rounded(angle, 1)}°`
}
