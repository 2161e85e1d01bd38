/** Marks drawn alike, one sort over another, and a way through them that can be left and taken up again. */

import type { Box } from "#geometry/box.ts"
import type { Scene } from "../scene.ts"
import type { Look } from "./look.ts"

/** Looking at the clock after every mark would cost as much as drawing it. */
const WEIGHT_PER_CLOCK_LOOK = 64

/** Marks drawn alike: the document, or one of the submissions under it. The last stratum is on top. */
export interface Stratum {
  readonly scene: Scene
  readonly look: Look
  readonly isShown: boolean
}

/** Draws one mark, or (`isHalo`) what lies dark around it. */
export type PaintMark = (scene: Scene, slot: number, look: Look, isHalo: boolean) => void

/** All marks that touch an area of the image, in drawing order; of each stratum all halos first, where there are any. */
export class Walk {
  readonly #strata: readonly Stratum[]
  readonly #area: Box
  readonly #hasHalos: boolean
  readonly #versions: number[]
  #stratum = 0
  #pass: number
  #next = 0

  constructor(strata: readonly Stratum[], area: Box, hasHalos: boolean) {
    this.#strata = strata
    this.#area = area
    this.#hasHalos = hasHalos
    this.#pass = hasHalos ? 0 : 1
    this.#versions = strata.map(({ scene }) => scene.orderVersion)
  }

  /** Whether marks came, went or changed places since it began: it may pass one over, and has to begin anew. */
  get isBroken(): boolean {
    return this.#strata.some(({ scene }, i) => scene.orderVersion !== this.#versions[i])
  }

  /** Goes on until all are drawn, or until `performance.now()` is `until`; true when all are. */
  go(paint: PaintMark, until: number): boolean {
    const { x, y, w, h } = this.#area
    let untilLook = WEIGHT_PER_CLOCK_LOOK
    for (; this.#stratum < this.#strata.length; this.#stratum++, this.#pass = this.#hasHalos ? 0 : 1) {
      const { scene, look, isShown } = this.#strata[this.#stratum] as Stratum
      if (!isShown) continue
      const slots = scene.ordered()
      for (; this.#pass < 2; this.#pass++, this.#next = 0) {
        for (; this.#next < slots.length; this.#next++) {
          const slot = slots[this.#next] as number
          if (!scene.isDrawn(slot) || !scene.touches(slot, x, y, x + w, y + h)) continue
          if (untilLook <= 0) {
            if (performance.now() >= until) return false
            untilLook = WEIGHT_PER_CLOCK_LOOK
          }
          untilLook -= scene.weightAt(slot)
          paint(scene, slot, look, this.#pass === 0)
        }
      }
    }
    return true
  }
}
