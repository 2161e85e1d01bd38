/**
 * What is seen of the image: zoom, place and turn. The pane is what one sees; the view lies on a table that is turned
 * under it, so that all that is drawn, and all that tools are told of, knows of no turn.
 */

import { Topics } from "#editor/topics.ts"
import type { Box, Size } from "#geometry/box.ts"
import { centre } from "#geometry/box.ts"
import { type ImagePoint, type ScreenPoint, screenPoint } from "#geometry/point.ts"
import { lookOf, type RelativeLook, viewportOf } from "#geometry/relative.ts"
import { quarterNear, turnedSize, turnedWay, wholeTurnsOff } from "#geometry/turn.ts"
import {
  kept,
  panned,
  SCALE_MAX,
  showing,
  toImage,
  toScreen,
  type Viewport,
  visibleBox,
  zoomedAt,
} from "#geometry/viewport.ts"

/** `viewport`: zoom and place. `turn`: size and turn of the table. */
export type ViewingTopic = "viewport" | "turn"

const FIT_MARGIN = 16
const SHOWN_MARGIN = 60
/** Zooming to a mark stops here, so that a small one keeps its surroundings. */
const SHOWN_SCALE_MAX = 12
export const ZOOM_STEP = 1.25

/** Where a view looks, without saying how large its image or its pane is. `isFitted`: at all of the image. */
export interface Look extends RelativeLook {
  readonly turn: number
  readonly isFitted: boolean
}

export class Viewing {
  readonly topics = new Topics<ViewingTopic>()
  #pane: Size = { width: 0, height: 0 }
  #size: Size = { width: 0, height: 0 }
  #isFitted = true
  view: Viewport = { scale: 1, x: 0, y: 0 }
  /** By how much the table is turned clockwise, degrees in (-180, 180]. */
  turn = 0
  density = 1

  /** `image`: its size, pixels. */
  constructor(public image: Size) {}

  /** Of the table, CSS pixels: that of the pane unless it is turned. */
  get size(): Size {
    return this.#size
  }

  /** Of what one sees, CSS pixels. */
  get pane(): Size {
    return this.#pane
  }

  get visible(): Box {
    return visibleBox(this.view, this.#size)
  }

  /** Gives the pane `size` CSS pixels at `density` device pixels each; what is in the middle stays there. */
  resize(size: Size, density: number): void {
    if (size.width === this.#pane.width && size.height === this.#pane.height && density === this.density) return
    this.#pane = size
    this.density = density
    this.#relay()
  }

  /** Turns the table to `degrees`, about the middle of the pane. */
  turnTo(degrees: number): void {
    this.turn = wholeTurnsOff(degrees)
    this.#relay()
  }

  /** Where a point of the table lies in the pane. */
  inPane([x, y]: ScreenPoint): ScreenPoint {
    const [dx, dy] = turnedWay(x - this.#size.width / 2, y - this.#size.height / 2, this.turn)
    return screenPoint(this.#pane.width / 2 + dx, this.#pane.height / 2 + dy)
  }

  /** The point of the table that lies at a point of the pane. */
  onTable([x, y]: ScreenPoint): ScreenPoint {
    const [dx, dy] = turnedWay(x - this.#pane.width / 2, y - this.#pane.height / 2, -this.turn)
    return screenPoint(this.#size.width / 2 + dx, this.#size.height / 2 + dy)
  }

  /** A way that was seen in the pane, as it goes on the table. */
  wayOnTable(dx: number, dy: number): [dx: number, dy: number] {
    return turnedWay(dx, dy, -this.turn)
  }

  /** A way by whole pixels of the image that comes nearest to one seen in the pane. */
  wayInImage(dx: number, dy: number): [dx: number, dy: number] {
    return turnedWay(dx, dy, -quarterNear(this.turn))
  }

  fit(): void {
    this.#look(this.#showing({ x: 0, y: 0, w: this.image.width, h: this.image.height }, FIT_MARGIN, SCALE_MAX), true)
  }

  zoomAt(at: ScreenPoint, factor: number): void {
    this.#look(zoomedAt(this.view, at, factor, this.image, this.#size))
  }

  zoomTo(scale: number): void {
    this.zoomAt(this.middle, scale / this.view.scale)
  }

  panBy(dx: number, dy: number): void {
    this.#look(panned(this.view, dx, dy, this.image, this.#size))
  }

  /** Brings an image point into the middle. */
  centreOn(at: ImagePoint): void {
    const [x, y] = toScreen(this.view, at)
    this.panBy(this.middle[0] - x, this.middle[1] - y)
  }

  zoomToBox(box: Box): void {
    this.#look(this.#showing(box, SHOWN_MARGIN, SHOWN_SCALE_MAX))
  }

  /** Where it looks, in terms of its own image. */
  get look(): Look {
    return {
      ...lookOf(this.view, this.#size, this.image, this.#fittedScale),
      turn: this.turn,
      isFitted: this.#isFitted,
    }
  }

  /** Looks at the same place of its own image, as near in comparison to its size, and turned alike. */
  lookAlike(look: Look): void {
    if (look.turn !== this.turn) this.turnTo(look.turn)
    if (look.isFitted) this.fit()
    else this.#look(viewportOf(look, this.#size, this.image, this.#fittedScale))
  }

  get middle(): ScreenPoint {
    return screenPoint(this.#size.width / 2, this.#size.height / 2)
  }

  /** The scale at which the whole image is shown. */
  get #fittedScale(): number {
    return this.#showing({ x: 0, y: 0, w: this.image.width, h: this.image.height }, FIT_MARGIN, SCALE_MAX).scale
  }

  /** The view that shows `box` as large as the pane allows, in its middle. */
  #showing(box: Box, margin: number, scaleMax: number): Viewport {
    const { width, height } = turnedSize({ width: box.w, height: box.h }, this.turn)
    const { scale } = showing({ x: 0, y: 0, w: width, h: height }, this.#pane, margin, scaleMax)
    const [x, y] = centre(box)
    return { scale, x: this.middle[0] - x * scale, y: this.middle[1] - y * scale }
  }

  /** Lays the table anew under the pane. */
  #relay(): void {
    const middle = toImage(this.view, this.middle)
    this.#size = turnedSize(this.#pane, this.turn)
    this.topics.tell("turn")
    if (this.#isFitted) this.fit()
    else {
      const { scale } = this.view
      this.#look({ scale, x: this.middle[0] - middle[0] * scale, y: this.middle[1] - middle[1] * scale })
    }
  }

  /** Offsets on whole device pixels: lines stay sharp and the bitmap can be shifted instead of drawn anew. */
  #look(view: Viewport, isFitted = false): void {
    const { scale, x, y } = kept(view, this.image, this.#size)
    const snap = (value: number) => Math.round(value * this.density) / this.density
    this.view = { scale, x: snap(x), y: snap(y) }
    this.#isFitted = isFitted
    this.topics.tell("viewport")
  }
}
