/**
 * Places of a bitmap that are drawn anew between frames. Under a large mark lie thousands of others: when it is taken out
 * of the picture, its place is drawn on a canvas apart, a few milliseconds at a time, and put in when it is whole. Until
 * then the old picture stays.
 */

import { type Box, grown, touches } from "#geometry/box.ts"
import { Brush } from "./brush.ts"
import { whenIdle } from "./idle.ts"
import { type PaintMark, type Stratum, Walk } from "./stratum.ts"

/** Milliseconds of drawing at a time. */
const SLICE_MS = 4
/** More places than these are not worth drawing one by one. */
export const PATCHES_MAX = 200

/** The picture as it is now. */
export interface Patched {
  readonly front: Brush
  readonly strata: readonly Stratum[]
  readonly hasHalos: boolean
  /** Marks reach so many device pixels beyond their bounds. */
  readonly reach: number
  readonly paint: (brush: Brush) => PaintMark
}

/** One place: device pixels of the bitmap, and the way through what lies there. */
interface Patch {
  left: number
  top: number
  readonly width: number
  readonly height: number
  /** In image space. */
  readonly area: Box
  readonly walk: Walk
}

export class Patches {
  readonly #now: () => Patched
  readonly #onSlice: (script_ms: number) => void
  readonly #brush = new Brush(document.createElement("canvas"))
  /** In image space; the last comes first. */
  #waiting: Box[] = []
  #patch: Patch | null = null
  #callOff: (() => void) | null = null

  /** `now`: the picture, asked for before each slice; `onSlice`: told what a slice took. */
  constructor(now: () => Patched, onSlice: (script_ms: number) => void) {
    this.#now = now
    this.#onSlice = onSlice
  }

  get isDone(): boolean {
    return this.#patch === null && this.#waiting.length === 0
  }

  /** Has a place drawn anew; false where there are too many to draw them one by one. */
  add(box: Box): boolean {
    if (this.#waiting.length >= PATCHES_MAX) return false
    this.#waiting.push(box)
    this.#callOff ??= whenIdle(() => this.#slice())
    return true
  }

  /** Something was drawn on the bitmap where a patch may be under way, which does not know of it. */
  spoil(box: Box): void {
    if (this.#patch && touches(this.#patch.area, box)) this.add(box)
  }

  /** The bitmap was moved by whole device pixels. */
  shift(dx: number, dy: number): void {
    if (!this.#patch) return
    this.#patch.left += dx
    this.#patch.top += dy
  }

  /** The bitmap is drawn anew as a whole. */
  drop(): void {
    this.#callOff?.()
    this.#callOff = null
    this.#waiting = []
    this.#end()
  }

  #slice(): void {
    this.#callOff = null
    const began = performance.now()
    const until = began + SLICE_MS
    const picture = this.#now()
    const paint = picture.paint(this.#brush)
    while (performance.now() < until) {
      if (this.#patch?.walk.isBroken) {
        this.#waiting.push(this.#patch.area)
        this.#end()
      }
      this.#patch ??= this.#begin(picture)
      if (!this.#patch) {
        if (this.#waiting.length === 0) break
        continue
      }
      if (!this.#patch.walk.go(paint, until)) break
      this.#putIn(picture.front, this.#patch)
      this.#end()
    }
    if (!this.isDone) this.#callOff = whenIdle(() => this.#slice())
    this.#onSlice(performance.now() - began)
  }

  /** The next place; null if nothing of it is in sight. */
  #begin({ front, strata, hasHalos, reach }: Patched): Patch | null {
    const box = this.#waiting.pop()
    if (!box) return null
    const { scale, x, y, density } = front.projection
    const left = Math.max(0, Math.floor(box.x * scale + x - reach))
    const top = Math.max(0, Math.floor(box.y * scale + y - reach))
    const width = Math.min(front.canvas.width, Math.ceil((box.x + box.w) * scale + x + reach)) - left
    const height = Math.min(front.canvas.height, Math.ceil((box.y + box.h) * scale + y + reach)) - top
    if (width <= 0 || height <= 0) return null
    const brush = this.#brush
    brush.widen(width, height)
    Object.assign(brush.projection, { scale, x, y, density })
    const { context } = brush
    context.save()
    context.beginPath()
    context.rect(0, 0, width, height)
    context.clip()
    context.clearRect(0, 0, width, height)
    // The same numbers as on the bitmap itself, so that every rounding is the same.
    context.translate(-left, -top)
    brush.forgetPen()
    const area = { x: (left - x) / scale, y: (top - y) / scale, w: width / scale, h: height / scale }
    return { left, top, width, height, area, walk: new Walk(strata, grown(area, reach / scale), hasHalos) }
  }

  #putIn({ context }: Brush, { left, top, width, height }: Patch): void {
    context.clearRect(left, top, width, height)
    context.drawImage(this.#brush.canvas, 0, 0, width, height, left, top, width, height)
  }

  #end(): void {
    if (this.#patch) this.#brush.context.restore()
    this.#patch = null
  }
}
