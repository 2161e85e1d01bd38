/** Light by dragging on the image, as readers of X-rays do it: sideways for contrast, up and down for brightness. */

import { clamp, rounded } from "#geometry/point.ts"
import { LIGHT_MAX, LIGHT_MIN, type Settings } from "../settings.ts"
import type { TileLayer } from "./tiles/tileLayer.ts"
import { dragged, type Window } from "./tiles/window.ts"

/** So many CSS pixels move a window by its own width, make it e times as wide, or change brightness by 1. */
export const DRAG_PX = 200

interface From {
  /** Values are seen through it; null: the image is a picture. */
  readonly window: Window | null
  readonly brightness: number
  readonly contrast: number
}

export class LightDrag {
  readonly #settings: Settings
  readonly #tiles: () => Pick<TileLayer, "state" | "look">
  #from: From | null = null

  constructor(settings: Settings, tiles: () => Pick<TileLayer, "state" | "look">) {
    this.#settings = settings
    this.#tiles = tiles
  }

  begin(): void {
    const { brightness, contrast } = this.#settings.values
    this.#from = { window: this.#tiles().state.window, brightness, contrast }
  }

  /** So far, CSS pixels from where it began: to the right softer, downward darker. */
  to(x: number, y: number): void {
    const from = this.#from
    const { head } = this.#tiles().state
    if (!from) return
    if (from.window && head) this.#tiles().look(dragged(head, from.window, x / DRAG_PX, y / DRAG_PX))
    else {
      const within = (value: number) => rounded(clamp(value, LIGHT_MIN, LIGHT_MAX), 2)
      this.#settings.set({
        brightness: within(from.brightness - y / DRAG_PX),
        contrast: within(from.contrast * Math.exp(-x / DRAG_PX)),
      })
    }
  }

  /** Ends it; what came of it, in words. */
  end(): string {
    this.#from = null
    const { window, head } = this.#tiles().state
    if (!window || !head) {
      const { brightness, contrast } = this.#settings.values
      return `Brightness ${Math.round(brightness * 100)} %, contrast ${Math.round(contrast * 100)} %.`
    }
    const [low, high] = (window.ends[0] ?? [0, 1]).map((value) => Number(value.toPrecision(4)))
    return `Black ${low}, white ${high}${head.unit ? ` ${head.unit}` : ""}.`
  }
}
