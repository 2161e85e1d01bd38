/** Where a view looks, told in terms of its image: the same for two pictures of one thing at different sizes. */

import type { Size } from "./box.ts"
import { type ImagePoint, imagePoint } from "./point.ts"
import type { Viewport } from "./viewport.ts"

/** `x`, `y`: what is in the middle, as shares of the image. `zoom`: how many times larger than the whole image fits. */
export interface RelativeLook {
  readonly x: number
  readonly y: number
  readonly zoom: number
}

/** `fitted`: the scale at which all of the image is shown. */
export function lookOf(view: Viewport, size: Size, image: Size, fitted: number): RelativeLook {
  return {
    x: (size.width / 2 - view.x) / view.scale / image.width,
    y: (size.height / 2 - view.y) / view.scale / image.height,
    zoom: view.scale / fitted,
  }
}

/** The viewport that looks so at an image. */
export function viewportOf(look: RelativeLook, size: Size, image: Size, fitted: number): Viewport {
  const scale = look.zoom * fitted
  return {
    scale,
    x: size.width / 2 - look.x * image.width * scale,
    y: size.height / 2 - look.y * image.height * scale,
  }
}

/** The point of another image that lies as far across and down in it. */
export function samePlace(at: ImagePoint, from: Size, to: Size): ImagePoint {
  return imagePoint((at[0] / from.width) * to.width, (at[1] / from.height) * to.height)
}
