/** Pixels that are all in memory: each coarser one is the mean of what it stands for. */

import type { Box } from "#geometry/box.ts"
import { type Crop, fineSize, type Pixels, type Raster, wholeBox } from "./raster.ts"
import type { Steps } from "./steps.ts"

export class ArrayPixels implements Pixels {
  readonly size: Raster

  constructor(raster: Raster) {
    this.size = raster
  }

  // biome-ignore lint/correctness/useYield: all of it is here
  *read(wanted: Box, pixelsMax: number): Steps<Crop> {
    const box = wholeBox(wanted, this.size)
    const { width, height } = fineSize(box, pixelsMax)
    const rgba = new Uint8ClampedArray(4 * width * height)
    for (let row = 0; row < height; row++) {
      const top = box.y + Math.floor((row * box.h) / height)
      const bottom = Math.max(top + 1, box.y + Math.floor(((row + 1) * box.h) / height))
      for (let column = 0; column < width; column++) {
        const left = box.x + Math.floor((column * box.w) / width)
        const right = Math.max(left + 1, box.x + Math.floor(((column + 1) * box.w) / width))
        this.#mean({ x: left, y: top, w: right - left, h: bottom - top }, rgba, 4 * (row * width + column))
      }
    }
    return { box, width, height, rgba }
  }

  #mean({ x, y, w, h }: Box, into: Uint8ClampedArray, at: number): void {
    const { width, rgba } = this.size
    for (let c = 0; c < 4; c++) {
      let sum = 0
      for (let row = y; row < y + h; row++)
        for (let i = x; i < x + w; i++) sum += rgba[4 * (row * width + i) + c] as number
      into[at + c] = sum / (w * h)
    }
  }
}
