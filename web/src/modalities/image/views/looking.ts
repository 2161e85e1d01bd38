/** Looking at the image that is worked at: what is asked of the view in hand, and where the pointer is over it. */

import { Topics } from "#editor/topics.ts"
import type { Box, Size } from "#geometry/box.ts"
import type { ImagePoint, ScreenPoint } from "#geometry/point.ts"
import { toScreen, type Viewport } from "#geometry/viewport.ts"
import type { Scene } from "../scene.ts"
import type { View } from "./view.ts"

/** `viewport`, `turn`: of the view in hand. `live`: hover, sketch, tool. `cursor`: where the pointer is. `opened`: what floats. `wanted`: focus. */
export type WorkspaceTopic = "viewport" | "turn" | "live" | "cursor" | "opened" | "wanted"

export abstract class Looking {
  readonly topics = new Topics<WorkspaceTopic>()
  /** Whether a finger was the last to press: what it takes hold of is drawn larger. */
  isCoarse = false
  /** Whether the next drag changes the light and nothing else: while its key is held. */
  isLighting = false
  /** Where the pointer is over the image, or null. */
  pointer: ImagePoint | null = null

  /** The view that is worked in. */
  abstract get inHand(): View

  get image(): Size {
    return this.inHand.image
  }

  get scene(): Scene {
    return this.inHand.scene
  }

  get view(): Viewport {
    return this.inHand.view
  }

  set view(view: Viewport) {
    this.inHand.view = view
  }

  get turn(): number {
    return this.inHand.turn
  }

  get density(): number {
    return this.inHand.density
  }

  /** Of the table, CSS pixels: that of the pane unless it is turned. */
  get size(): Size {
    return this.inHand.size
  }

  /** Of what one sees, CSS pixels. */
  get pane(): Size {
    return this.inHand.pane
  }

  get visible(): Box {
    return this.inHand.visible
  }

  turnTo(degrees: number): void {
    this.inHand.turnTo(degrees)
  }

  inPane(at: ScreenPoint): ScreenPoint {
    return this.inHand.inPane(at)
  }

  onTable(at: ScreenPoint): ScreenPoint {
    return this.inHand.onTable(at)
  }

  wayOnTable(dx: number, dy: number): [dx: number, dy: number] {
    return this.inHand.wayOnTable(dx, dy)
  }

  wayInImage(dx: number, dy: number): [dx: number, dy: number] {
    return this.inHand.wayInImage(dx, dy)
  }

  fit(): void {
    this.inHand.fit()
  }

  zoomAt(at: ScreenPoint, factor: number): void {
    this.inHand.zoomAt(at, factor)
  }

  /** Zooms at the pointer if it is over the image, else at the middle. */
  zoom(factor: number): void {
    this.zoomAt(this.pointer ? toScreen(this.view, this.pointer) : this.inHand.middle, factor)
  }

  zoomTo(scale: number): void {
    this.inHand.zoomTo(scale)
  }

  panBy(dx: number, dy: number): void {
    this.inHand.panBy(dx, dy)
  }

  centreOn(at: ImagePoint): void {
    this.inHand.centreOn(at)
  }

  zoomToBox(box: Box): void {
    this.inHand.zoomToBox(box)
  }

  point(at: ImagePoint | null): void {
    this.pointer = at
    this.topics.tell("cursor")
  }

  setCoarse(isCoarse: boolean): void {
    if (isCoarse === this.isCoarse) return
    this.isCoarse = isCoarse
    this.topics.tell("live")
  }

  setLighting(isLighting: boolean): void {
    if (isLighting === this.isLighting) return
    this.isLighting = isLighting
    this.topics.tell("live")
  }
}
