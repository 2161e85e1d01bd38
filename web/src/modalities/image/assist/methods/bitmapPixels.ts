/** Pixels of an image that the browser has decoded. */

import type { Box, Size } from "#geometry/box.ts"
import { type Crop, fineSize, type Pixels, wholeBox } from "./raster.ts"
import type { Steps } from "./steps.ts"

export class BitmapPixels implements Pixels {
  readonly size: Size
  readonly #bitmap: ImageBitmap

  /** `size` is that of the upright full-size image, whatever the bitmap's. */
  constructor(bitmap: ImageBitmap, size: Size) {
    this.#bitmap = bitmap
    this.size = size
  }

  // biome-ignore lint/correctness/useYield: all of it is here
  *read(wanted: Box, pixelsMax: number): Steps<Crop> {
    const box = wholeBox(wanted, this.size)
    const { width, height } = fineSize(box, pixelsMax)
    const canvas = new OffscreenCanvas(width, height)
    const context = canvas.getContext("2d", { willReadFrequently: true })
    if (!context) throw new Error("This browser gives no pixels to read.")
    const [kx, ky] = [this.#bitmap.width / this.size.width, this.#bitmap.height / this.size.height]
    context.imageSmoothingQuality = "high"
    context.drawImage(this.#bitmap, box.x * kx, box.y * ky, box.w * kx, box.h * ky, 0, 0, width, height)
    return { box, width, height, rgba: context.getImageData(0, 0, width, height).data }
  }

  close(): void {
    this.#bitmap.close()
  }
}
