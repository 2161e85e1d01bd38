/** A piece of an image as pixels, its place in the image, and what the methods see in it: colours and edges. */

import type { Box, Size } from "#geometry/box.ts"
import type { XY } from "#geometry/path.ts"
import { NO_SPANS, type Spans } from "#geometry/spans.ts"
import type { Steps } from "./steps.ts"

export interface Raster {
  readonly width: number
  readonly height: number
  /** Red, green, blue, alpha of each pixel, 0 to 255, row by row. */
  readonly rgba: Uint8ClampedArray
}

/** A raster of the whole image pixels of `box`, each of its own pixels standing for `scale` of them on a side, 1 or more. */
export interface Crop extends Raster {
  readonly box: Box
}

/** Reads pieces of one image. */
export interface Pixels {
  readonly size: Size
  /** The pixels of `box`, which is widened to whole ones and clipped to the image, as finely as `pixelsMax` allows. */
  read(box: Box, pixelsMax: number): Steps<Crop>
}

/** Image pixels across and down for one pixel of the crop; 1 where the crop is as fine as the image. */
export function scaleOf({ box, width, height }: Crop): XY {
  return [box.w / width, box.h / height]
}

/** Whether the crop is coarser than the image. */
export function isCoarse(crop: Crop): boolean {
  return crop.width < crop.box.w || crop.height < crop.box.h
}

/** The whole pixels that `box` touches, clipped to the image; at least one of them. */
export function wholeBox(box: Box, { width, height }: Size): Box {
  const x = Math.min(width - 1, Math.max(0, Math.floor(box.x)))
  const y = Math.min(height - 1, Math.max(0, Math.floor(box.y)))
  const right = Math.min(width, Math.max(x + 1, Math.ceil(box.x + box.w)))
  const bottom = Math.min(height, Math.max(y + 1, Math.ceil(box.y + box.h)))
  return { x, y, w: right - x, h: bottom - y }
}

/** How fine a crop of this size may be: its own width and height. */
export function fineSize({ w, h }: Box, pixelsMax: number): Size {
  const share = Math.min(1, Math.sqrt(pixelsMax / (w * h)))
  return { width: Math.max(1, Math.round(w * share)), height: Math.max(1, Math.round(h * share)) }
}

/** The pixel of the crop under a place of the image; the nearest one for a place outside. */
export function pixelAt(crop: Crop, [x, y]: XY): number {
  const [sx, sy] = scaleOf(crop)
  const column = Math.min(crop.width - 1, Math.max(0, Math.floor((x - crop.box.x) / sx)))
  const row = Math.min(crop.height - 1, Math.max(0, Math.floor((y - crop.box.y) / sy)))
  return row * crop.width + column
}

/** The place in the image of the middle of a pixel of the crop. */
export function placeOf(crop: Crop, pixel: number): XY {
  const [sx, sy] = scaleOf(crop)
  return [crop.box.x + ((pixel % crop.width) + 0.5) * sx, crop.box.y + (Math.floor(pixel / crop.width) + 0.5) * sy]
}

/** The pixels of the image that a mask of the crop's pixels covers: of a coarse one, those whose middle lies in it. */
export function spansOfMask(mask: Uint8Array, crop: Crop): Spans {
  const { box, width } = crop
  const [sx, sy] = scaleOf(crop)
  const cells: number[] = []
  for (let y = 0; y < box.h; y++) {
    const first = Math.floor((y + 0.5) / sy) * width
    let start = -1
    for (let column = 0; column <= width; column++) {
      const isOn = column < width && mask[first + column] !== 0
      if (isOn && start < 0) start = column
      else if (!isOn && start >= 0) {
        // The middle of image pixel i lies in column c where c <= (i + 0.5) / sx < c + 1.
        const left = Math.ceil(start * sx - 0.5)
        const right = Math.ceil(column * sx - 0.5)
        if (left < right) cells.push(box.y + y, box.x + left, box.x + right)
        start = -1
      }
    }
  }
  return cells.length === 0 ? NO_SPANS : Int32Array.from(cells)
}

/** The mask of the crop's pixels that spans of the image cover: each by what its middle lies in. */
export function maskOfSpans(spans: Spans, crop: Crop): Uint8Array {
  const mask = new Uint8Array(crop.width * crop.height)
  const [sx, sy] = scaleOf(crop)
  for (let at = 0; at < spans.length; at += 3) {
    const [row, start, end] = [spans[at], spans[at + 1], spans[at + 2]] as [number, number, number]
    // The middle of crop row r lies in image row y where y <= (r + 0.5) * sy < y + 1.
    const top = Math.max(0, Math.ceil((row - crop.box.y) / sy - 0.5))
    const bottom = Math.min(crop.height, Math.ceil((row + 1 - crop.box.y) / sy - 0.5))
    const left = Math.max(0, Math.ceil((start - crop.box.x) / sx - 0.5))
    const right = Math.min(crop.width, Math.ceil((end - crop.box.x) / sx - 0.5))
    for (let r = top; r < bottom; r++) if (left < right) mask.fill(1, r * crop.width + left, r * crop.width + right)
  }
  return mask
}

const LINEAR = Float64Array.from({ length: 256 }, (_, level) => {
  const value = level / 255
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
})

/** f of CIELAB from 0 to 1 in steps fine enough for 8 bits a channel. */
const ROOTS = Float64Array.from({ length: 4097 }, (_, step) => {
  const value = step / 4096
  return value > 216 / 24389 ? Math.cbrt(value) : ((24389 / 27) * value + 16) / 116
})

/** CIELAB (D65) of each pixel, lightness 0 to 100 first; distances in it are as large as people see them. */
export function labOf({ width, height, rgba }: Raster): Float32Array {
  const lab = new Float32Array(3 * width * height)
  for (let from = 0, to = 0; to < lab.length; from += 4, to += 3) {
    const r = LINEAR[rgba[from] as number] as number
    const g = LINEAR[rgba[from + 1] as number] as number
    const b = LINEAR[rgba[from + 2] as number] as number
    const fx = ROOTS[Math.round(4096 * Math.min(1, 0.4339 * r + 0.3762 * g + 0.1899 * b))] as number
    const fy = ROOTS[Math.round(4096 * Math.min(1, 0.2126 * r + 0.7152 * g + 0.0722 * b))] as number
    const fz = ROOTS[Math.round(4096 * Math.min(1, 0.0178 * r + 0.1095 * g + 0.8727 * b))] as number
    lab[to] = 116 * fy - 16
    lab[to + 1] = 500 * (fx - fy)
    lab[to + 2] = 200 * (fy - fz)
  }
  return lab
}

export interface Edges {
  /** How strongly the colour changes at each pixel, CIELAB distance a pixel. */
  readonly strength: Float32Array
  /** The direction in which it changes most, components of a unit vector. */
  readonly across: Float32Array
}

/** Edges by Sobel's operator on CIELAB: the strength of all three channels, the direction of the strongest of them. */
export function edgesOf({ width, height }: Size, lab: Float32Array): Edges {
  const strength = new Float32Array(width * height)
  const across = new Float32Array(2 * width * height)
  for (let row = 0; row < height; row++) {
    const up = Math.max(0, row - 1) * width
    const here = row * width
    const down = Math.min(height - 1, row + 1) * width
    for (let column = 0; column < width; column++) {
      const left = Math.max(0, column - 1)
      const right = Math.min(width - 1, column + 1)
      let total = 0
      let most = 0
      for (let c = 0; c < 3; c++) {
        const at = (pixel: number) => lab[3 * pixel + c] as number
        const [ul, ur, dl, dr] = [at(up + left), at(up + right), at(down + left), at(down + right)]
        const dx = (ur + 2 * at(here + right) + dr - ul - 2 * at(here + left) - dl) / 8
        const dy = (dl + 2 * at(down + column) + dr - ul - 2 * at(up + column) - ur) / 8
        const size = dx * dx + dy * dy
        total += size
        if (size > most) {
          most = size
          const length = Math.sqrt(size)
          across[2 * (here + column)] = dx / length
          across[2 * (here + column) + 1] = dy / length
        }
      }
      strength[here + column] = Math.sqrt(total)
    }
  }
  return { strength, across }
}

/** The value below which so many of `values` lie, 0 to 1. */
export function quantile(values: Float32Array, share: number): number {
  if (values.length === 0) return 0
  const sorted = values.slice().sort()
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number
}
