/** How the image lies in the view: screen = image * scale + offset. */

import { type Box, centre, type Size } from "./box.ts"
import { clamp, type ImagePoint, imagePoint, type ScreenPoint, screenPoint } from "./point.ts"

/** `scale`: CSS pixels per image pixel. `x`, `y`: where the image's origin lies in the view, CSS pixels. */
export interface Viewport {
  readonly scale: number
  readonly x: number
  readonly y: number
}

export const SCALE_MAX = 64
/** The image may shrink to this share of its fitted size. */
const SCALE_MIN_OF_FIT = 0.25
/** So much of the image, CSS pixels, stays in view however far one pans. */
const KEPT_IN_VIEW = 64

export function toScreen(view: Viewport, at: ImagePoint): ScreenPoint {
  return screenPoint(at[0] * view.scale + view.x, at[1] * view.scale + view.y)
}

export function toImage(view: Viewport, at: ScreenPoint): ImagePoint {
  return imagePoint((at[0] - view.x) / view.scale, (at[1] - view.y) / view.scale)
}

/** The part of image space that a view of `size` CSS pixels shows. */
export function visibleBox(view: Viewport, size: Size): Box {
  return { x: -view.x / view.scale, y: -view.y / view.scale, w: size.width / view.scale, h: size.height / view.scale }
}

/** The viewport that shows `box` whole and centred, `margin` CSS pixels around it, at most `scaleMax`. */
export function showing(box: Box, size: Size, margin: number, scaleMax = SCALE_MAX): Viewport {
  const width = Math.max(1, size.width - 2 * margin)
  const height = Math.max(1, size.height - 2 * margin)
  const scale = Math.min(scaleMax, width / Math.max(box.w, 1e-6), height / Math.max(box.h, 1e-6))
  const middle = centre(box)
  return { scale, x: size.width / 2 - middle[0] * scale, y: size.height / 2 - middle[1] * scale }
}

/** The viewport that shows the whole image. */
export function fitting(image: Size, size: Size, margin = 16): Viewport {
  return showing({ x: 0, y: 0, w: image.width, h: image.height }, size, margin)
}

/** `view` scaled by `factor` so that the image point under `at` stays under it. */
export function zoomedAt(view: Viewport, at: ScreenPoint, factor: number, image: Size, size: Size): Viewport {
  const scale = clamp(view.scale * factor, scaleMin(image, size), SCALE_MAX)
  const ratio = scale / view.scale
  return kept({ scale, x: at[0] - (at[0] - view.x) * ratio, y: at[1] - (at[1] - view.y) * ratio }, image, size)
}

export function panned(view: Viewport, dx: number, dy: number, image: Size, size: Size): Viewport {
  return kept({ scale: view.scale, x: view.x + dx, y: view.y + dy }, image, size)
}

/** `view` shifted as little as needed for some of the image to stay in sight. */
export function kept(view: Viewport, image: Size, size: Size): Viewport {
  const width = image.width * view.scale
  const height = image.height * view.scale
  const marginX = Math.min(KEPT_IN_VIEW, width, size.width)
  const marginY = Math.min(KEPT_IN_VIEW, height, size.height)
  return {
    scale: view.scale,
    x: clamp(view.x, marginX - width, size.width - marginX),
    y: clamp(view.y, marginY - height, size.height - marginY),
  }
}

/** The smallest scale: a quarter of the fitted one, but never above one to one. */
export function scaleMin(image: Size, size: Size): number {
  return Math.min(1, fitting(image, size).scale * SCALE_MIN_OF_FIT)
}
