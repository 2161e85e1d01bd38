/** Where a point near the border of the image is meant to lie. */

import type { Size } from "#geometry/box.ts"
import { type ImagePoint, imagePoint } from "#geometry/point.ts"

/** `at`, with each coordinate that is within `reach` of the border on it; `at` itself where none is. */
export function toBorder(at: ImagePoint, reach: number, { width, height }: Size): ImagePoint {
  const [x, y] = [near(at[0], width, reach), near(at[1], height, reach)]
  return x === at[0] && y === at[1] ? at : imagePoint(x, y)
}

function near(value: number, far: number, reach: number): number {
  if (Math.abs(value) <= reach) return 0
  return Math.abs(value - far) <= reach ? far : value
}
