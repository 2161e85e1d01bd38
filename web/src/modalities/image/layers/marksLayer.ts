/**
 * The marks that lie still, in a bitmap that is drawn anew only where something changed.
 *
 * Panning shifts the bitmap and draws the strips that come into sight. Zooming draws all of it; with many marks in view
 * it shows the old bitmap scaled while the new one is drawn in slices of a few milliseconds, so that no frame waits for
 * 10,000 marks.
 */

import { type Box, grown, type Size } from "#geometry/box.ts"
import { type Viewport, visibleBox } from "#geometry/viewport.ts"
import type { Scene } from "../scene.ts"
import { Brush } from "./brush.ts"
import type { Look } from "./look.ts"

/** Up to such a weight in view is drawn at once, a box being 1: two to three milliseconds of script. */
export const DIRECT_MAX = 1500
/** Up to such a weight gets a halo, which doubles the strokes. */
const HALO_MAX = 400
/** Milliseconds of drawing per frame while a new bitmap is made. */
const SLICE_MS = 4
const WEIGHT_PER_CLOCK_LOOK = 64
/** Outlines reach so many CSS pixels beyond the bounds. */
const REACH = 6
const DIRTY_MAX = 200

/** Marks drawn alike: the document, or one of the submissions under it. The last stratum is on top. */
export interface Stratum {
  readonly scene: Scene
  readonly look: Look
  readonly isShown: boolean
}

interface Job {
  readonly view: Viewport
  readonly dirty: Box[]
  stratum: number
  next: number
}

export class MarksLayer {
  readonly #host: HTMLElement
  readonly #size = { width: 1, height: 1 }
  #density = 1
  #front: Brush
  #back: Brush | null = null
  /** The view that the front bitmap shows; null if it is blank. */
  #shown: Viewport | null = null
  /** The bitmap is out of date; it stays on screen until the next one is whole. */
  #isStale = false
  #hasHalos = false
  #job: Job | null = null
  #dirty: Box[] = []
  strata: readonly Stratum[] = []
  /** Share of opacity that every mark is filled with. */
  fill = 0
  /** Of all of them together, 0 to 1. */
  opacity = 1
  /** How many marks the last frame drew. */
  painted = 0

  constructor(host: HTMLElement) {
    this.#host = host
    this.#front = this.#newBrush()
  }

  resize(size: Size, density: number): void {
    this.#size.width = size.width
    this.#size.height = size.height
    this.#density = density
    if (this.#front.resize(size, density)) this.#shown = null
    this.#back?.resize(size, density)
    this.invalidate()
  }

  /** All has to be drawn anew, or only what touches `box`. */
  invalidate(box?: Box): void {
    if (box && this.#dirty.length < DIRTY_MAX) {
      if (this.#shown) this.#dirty.push(box)
      this.#job?.dirty.push(box)
      return
    }
    this.#isStale = true
    this.#job = null
    this.#dirty = []
  }

  /** Brings the picture as near to `view` as one frame allows; false if another frame is needed. */
  frame(view: Viewport): boolean {
    this.painted = 0
    const isSame = this.#isUpToDate(view)
    if (isSame && this.#dirty.length === 0 && this.#job === null) return true
    if (isSame || this.#canShift(view)) this.#shift(view)
    else if (this.#isCrowded(view)) this.#advance(view)
    else this.#drawAll(view)
    this.#place(view)
    return this.#isUpToDate(view)
  }

  destroy(): void {
    this.#front.canvas.remove()
    this.#back?.canvas.remove()
  }

  #isUpToDate(view: Viewport): boolean {
    const shown = this.#shown
    return shown !== null && !this.#isStale && shown.scale === view.scale && shown.x === view.x && shown.y === view.y
  }

  #isCrowded(view: Viewport): boolean {
    const visible = visibleBox(view, this.#size)
    let left = DIRECT_MAX + 1
    for (const { scene, isShown } of this.strata) if (isShown) left -= scene.weightIn(visible, left)
    return left <= 0
  }

  #drawAll(view: Viewport): void {
    this.#job = null
    this.#dirty = []
    const brush = this.#front
    brush.aim(view)
    brush.clear()
    const { x, y, w, h } = grown(visibleBox(view, this.#size), REACH / view.scale)
    const count = this.strata.reduce((sum, { scene, isShown }) => {
      return isShown ? sum + scene.weightIn({ x, y, w, h }, HALO_MAX + 1) : sum
    }, 0)
    this.#hasHalos = count <= HALO_MAX
    for (const { scene, look, isShown } of this.strata) {
      if (!isShown) continue
      for (let pass = this.#hasHalos ? 0 : 1; pass < 2; pass++) {
        for (const slot of scene.ordered()) {
          if (!scene.isDrawn(slot) || !scene.touches(slot, x, y, x + w, y + h)) continue
          if (pass === 0) brush.halo(scene.markAt(slot), scene.kindAt(slot), look)
          else this.#paint(brush, scene, slot, look)
        }
      }
    }
    this.#isStale = false
    this.#shown = view
  }

  /** Same scale, whole device pixels, and most of the bitmap still in sight. */
  #canShift(view: Viewport): boolean {
    const shown = this.#shown
    if (!shown || this.#isStale || shown.scale !== view.scale) return false
    const dx = (view.x - shown.x) * this.#density
    const dy = (view.y - shown.y) * this.#density
    const isWhole = Math.abs(dx - Math.round(dx)) < 1e-3 && Math.abs(dy - Math.round(dy)) < 1e-3
    return (
      isWhole && Math.abs(view.x - shown.x) < this.#size.width / 2 && Math.abs(view.y - shown.y) < this.#size.height / 2
    )
  }

  /** Moves the bitmap to `view`, then draws the strips that came into sight and what has changed. */
  #shift(view: Viewport): void {
    const shown = this.#shown as Viewport
    const { context, canvas } = this.#front
    const dx = Math.round((view.x - shown.x) * this.#density)
    const dy = Math.round((view.y - shown.y) * this.#density)
    this.#front.aim(view)
    if (dx !== 0 || dy !== 0) {
      context.globalCompositeOperation = "copy"
      context.drawImage(canvas, dx, dy)
      context.globalCompositeOperation = "source-over"
      const { width, height } = canvas
      if (dx !== 0) this.#patch(this.#front, dx > 0 ? 0 : width + dx, 0, Math.abs(dx), height)
      if (dy !== 0) this.#patch(this.#front, 0, dy > 0 ? 0 : height + dy, width, Math.abs(dy))
    }
    this.#shown = view
    this.#mend(this.#front, this.#dirty)
    this.#dirty = []
    this.#job = null
  }

  /** Goes on drawing the next bitmap; shows it once it is whole. */
  #advance(view: Viewport): void {
    const began = performance.now()
    if (this.#shown && this.#dirty.length > 0) {
      this.#front.aim(this.#shown)
      this.#mend(this.#front, this.#dirty)
    }
    this.#dirty = []
    this.#back ??= this.#newBrush()
    const brush = this.#back
    if (this.#job === null) {
      brush.resize(this.#size, this.#density)
      brush.clear()
      this.#job = { view, dirty: [], stratum: 0, next: 0 }
    }
    const job = this.#job
    brush.aim(job.view)
    if (!this.#paintSlice(brush, job, began)) return
    this.#mend(brush, job.dirty)
    this.#back = this.#front
    this.#front = brush
    this.#front.canvas.style.visibility = ""
    this.#back.canvas.style.visibility = "hidden"
    this.#shown = job.view
    this.#isStale = false
    this.#hasHalos = false
    this.#job = null
  }

  #paintSlice(brush: Brush, job: Job, began: number): boolean {
    const { x, y, w, h } = grown(visibleBox(job.view, this.#size), REACH / job.view.scale)
    let untilLook = WEIGHT_PER_CLOCK_LOOK
    for (; job.stratum < this.strata.length; job.stratum++, job.next = 0) {
      const { scene, look, isShown } = this.strata[job.stratum] as Stratum
      if (!isShown) continue
      const slots = scene.ordered()
      for (; job.next < slots.length; job.next++) {
        const slot = slots[job.next] as number
        if (!scene.isDrawn(slot) || !scene.touches(slot, x, y, x + w, y + h)) continue
        if (untilLook <= 0) {
          if (performance.now() - began > SLICE_MS) return false
          untilLook = WEIGHT_PER_CLOCK_LOOK
        }
        untilLook -= scene.weightAt(slot)
        this.#paint(brush, scene, slot, look)
      }
    }
    return true
  }

  /** Draws boxes of image space anew. */
  #mend(brush: Brush, boxes: readonly Box[]): void {
    const { scale, x, y, density } = brush.projection
    const reach = REACH * density
    for (const box of boxes) {
      const left = Math.max(0, Math.floor(box.x * scale + x - reach))
      const top = Math.max(0, Math.floor(box.y * scale + y - reach))
      const right = Math.min(brush.canvas.width, Math.ceil((box.x + box.w) * scale + x + reach))
      const bottom = Math.min(brush.canvas.height, Math.ceil((box.y + box.h) * scale + y + reach))
      if (right > left && bottom > top) this.#patch(brush, left, top, right - left, bottom - top)
    }
  }

  /** Draws a rectangle of the bitmap anew, device pixels. */
  #patch(brush: Brush, left: number, top: number, width: number, height: number): void {
    const { context, projection } = brush
    const { scale, x, y, density } = projection
    context.save()
    context.beginPath()
    context.rect(left, top, width, height)
    context.clip()
    context.clearRect(left, top, width, height)
    const area = grown(
      { x: (left - x) / scale, y: (top - y) / scale, w: width / scale, h: height / scale },
      (REACH * density) / scale,
    )
    const hasHalos = this.#hasHalos && brush === this.#front
    for (const { scene, look, isShown } of this.strata) {
      if (!isShown) continue
      const slots = scene.query(area)
      for (let pass = hasHalos ? 0 : 1; pass < 2; pass++) {
        for (const slot of slots) {
          if (!scene.isDrawn(slot)) continue
          if (pass === 0) brush.halo(scene.markAt(slot), scene.kindAt(slot), look)
          else this.#paint(brush, scene, slot, look)
        }
      }
    }
    context.restore()
    brush.forgetPen()
  }

  #paint(brush: Brush, scene: Scene, slot: number, look: Look): void {
    brush.mark(scene.markAt(slot), scene.kindAt(slot), look, this.fill)
    this.painted++
  }

  /** Lays the bitmap where its view lies within the one on screen. */
  #place(view: Viewport): void {
    const { style } = this.#front.canvas
    if (this.#shown === null) {
      style.visibility = "hidden"
      return
    }
    style.visibility = ""
    style.opacity = this.opacity === 1 ? "" : String(this.opacity)
    const ratio = view.scale / this.#shown.scale
    const x = view.x - this.#shown.x * ratio
    const y = view.y - this.#shown.y * ratio
    style.transform = ratio === 1 && x === 0 && y === 0 ? "" : `translate(${x}px, ${y}px) scale(${ratio})`
  }

  #newBrush(): Brush {
    const canvas = document.createElement("canvas")
    canvas.className = "marks-layer"
    canvas.style.visibility = "hidden"
    this.#host.append(canvas)
    const brush = new Brush(canvas)
    brush.resize(this.#size, this.#density)
    return brush
  }
}
