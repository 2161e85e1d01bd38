/**
 * Two versions of the marks, each cut off at a divider. Both are drawn whole, so that moving the divider draws nothing:
 * it changes where each is cut.
 */

import type { Box, Size } from "#geometry/box.ts"
import type { Viewport } from "#geometry/viewport.ts"
import { MarksLayer } from "./marksLayer.ts"
import type { Stratum } from "./stratum.ts"

interface Side {
  readonly place: HTMLElement
  readonly marks: MarksLayer
}

export class SwipeLayer {
  readonly #places: readonly [HTMLElement, HTMLElement]
  /** Left and right, once they have been wanted. */
  #sides: readonly Side[] = []
  #size: Size = { width: 1, height: 1 }
  #density = 1
  readonly #onSlice: (painted: number, script_ms: number) => void
  isOn = false

  /** `onSlice`: as of the marks. */
  constructor(host: HTMLElement, onSlice: (painted: number, script_ms: number) => void) {
    this.#onSlice = onSlice
    this.#places = [newPlace(host), newPlace(host)]
  }

  /** Shows one stratum on each side, or null: nothing. */
  show(pair: readonly [left: Stratum, right: Stratum] | null): void {
    this.isOn = pair !== null
    for (const place of this.#places) place.hidden = !this.isOn
    if (!pair) return
    if (this.#sides.length === 0) {
      this.#sides = this.#places.map((place) => ({ place, marks: new MarksLayer(place, this.#onSlice) }))
      this.resize(this.#size, this.#density)
    }
    this.#sides.forEach(({ marks }, i) => {
      marks.strata = [pair[i] as Stratum]
      marks.invalidate()
    })
  }

  /** Cuts both at a share of the width. */
  cut(at: number): void {
    const left = `${100 * at}%`
    this.#places[0].style.clipPath = `inset(0 ${100 * (1 - at)}% 0 0)`
    this.#places[1].style.clipPath = `inset(0 0 0 ${left})`
  }

  resize(size: Size, density: number): void {
    this.#size = size
    this.#density = density
    for (const { marks } of this.#sides) marks.resize(size, density)
  }

  invalidate(box?: Box): void {
    if (this.isOn) for (const { marks } of this.#sides) marks.invalidate(box)
  }

  /** Share of opacity that marks are filled with, and of all of them together. */
  look(fill: number, opacity: number): void {
    for (const { marks } of this.#sides) {
      marks.fill = fill
      marks.opacity = opacity
      marks.invalidate()
    }
  }

  /** Brings the picture as near to `view` as one frame allows; false if another frame is needed. */
  frame(view: Viewport): boolean {
    return !this.isOn || this.#sides.map(({ marks }) => marks.frame(view)).every((isDone) => isDone)
  }

  destroy(): void {
    for (const { marks } of this.#sides) marks.destroy()
    for (const place of this.#places) place.remove()
  }
}

function newPlace(host: HTMLElement): HTMLElement {
  const place = document.createElement("div")
  place.className = "swipe-side"
  place.hidden = true
  host.append(place)
  return place
}
