/** What is seen through transparent parts of the picture: checks, white or black, exactly as large as the picture. */

import type { Box, Size } from "#geometry/box.ts"
import { intersection } from "#geometry/box.ts"
import type { Viewport } from "#geometry/viewport.ts"
import type { Ground } from "../../settings.ts"

/** Of these no pixel is ever transparent. */
const OPAQUE = new Set(["image/jpeg", "image/bmp", "application/dicom"])

/** Whether parts of such a file may be transparent; of a type that is not known, they may. */
export function mayBeClear(mediaType: string | undefined): boolean {
  return mediaType === undefined || !OPAQUE.has(mediaType)
}

export interface GroundPlace {
  /** On the table, CSS pixels: what of the picture is in sight. */
  readonly box: Box
  /** From the corner of the box to that of the picture, CSS pixels: checks stay with the picture when it moves. */
  readonly corner: readonly [x: number, y: number]
}

/** Where the ground of a picture lies; null: nothing of it is in sight. However near one looks, it is no larger than the table. */
export function placeOf({ scale, x, y }: Viewport, image: Size, table: Size): GroundPlace | null {
  const whole = { x, y, w: image.width * scale, h: image.height * scale }
  const box = intersection(whole, { x: 0, y: 0, w: table.width, h: table.height })
  return box && { box, corner: [x - box.x, y - box.y] }
}

export class GroundLayer {
  readonly #element: HTMLElement
  #drawn = ""

  constructor(host: HTMLElement) {
    this.#element = document.createElement("div")
    this.#element.className = "ground-layer"
    this.#element.hidden = true
    host.append(this.#element)
  }

  /** Lies under the picture; hidden where `place` is null. */
  frame(place: GroundPlace | null, ground: Ground): void {
    const element = this.#element
    if (place === null) {
      this.#drawn = ""
      element.hidden = true
      return
    }
    const { box, corner } = place
    const drawn = `${ground} ${box.x} ${box.y} ${box.w} ${box.h} ${corner[0]} ${corner[1]}`
    if (drawn === this.#drawn) return
    this.#drawn = drawn
    element.hidden = false
    element.dataset.ground = ground
    element.style.transform = `translate(${box.x}px, ${box.y}px)`
    element.style.width = `${box.w}px`
    element.style.height = `${box.h}px`
    element.style.backgroundPosition = `${corner[0]}px ${corner[1]}px`
  }

  destroy(): void {
    this.#element.remove()
  }
}
