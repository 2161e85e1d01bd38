/**
 * The marks that lie still, in a bitmap that is drawn anew only where something changed.
 *
 * Panning shifts the bitmap and draws the strips that come into sight. Zooming draws all of it; with many marks in view
 * it shows the old bitmap scaled while the new one is drawn in slices of a few milliseconds, so that no frame waits for
 * 10,000 marks. Places where a mark went are drawn between frames; a mark that comes is laid on top at once, and drawn
 * in its order between frames if others lie over it.
 */

import { type Box, grown, type Size } from "#geometry/box.ts"
import { type Viewport, visibleBox } from "#geometry/viewport.ts"
import { Brush } from "./brush.ts"
import { PATCHES_MAX, Patches } from "./patches.ts"
import { type PaintMark, type Stratum, Walk } from "./stratum.ts"

/** Up to such a weight in view is drawn at once, a box being 1: two to three milliseconds of script. */
export const DIRECT_MAX = 1500
/** Up to such a weight gets a halo, which doubles the strokes. */
const HALO_MAX = 400
/** Milliseconds of drawing per frame while a new bitmap is made. */
const SLICE_MS = 4
/** Outlines reach so many CSS pixels beyond the bounds. */
const REACH = 6

/** The next bitmap while it is being made. */
interface Job {
  readonly view: Viewport
  readonly walk: Walk
  /** What changed meanwhile, in image space. */
  readonly dirty: Box[]
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
  /** Slots of the topmost stratum that the next frame lays on top. */
  #coming: number[] = []
  readonly #patches: Patches
  strata: readonly Stratum[] = []
  /** Share of opacity that every mark is filled with. */
  fill = 0
  /** Of all of them together, 0 to 1. */
  opacity = 1
  /** How many marks the last frame drew. */
  painted = 0

  /** `onSlice`: told how many marks were drawn between two frames, and how long that took. */
  constructor(host: HTMLElement, onSlice: (painted: number, script_ms: number) => void) {
    this.#host = host
    this.#front = this.#newBrush()
    let painted = 0
    this.#patches = new Patches(
      () => ({
        front: this.#front,
        strata: this.strata,
        hasHalos: this.#hasHalos,
        reach: REACH * this.#density,
        paint: (brush) => {
          const paint = this.#paintOn(brush)
          return (...mark) => {
            painted++
            paint(...mark)
          }
        },
      }),
      (script_ms) => {
        onSlice(painted, script_ms)
        painted = 0
      },
    )
  }

  /** Whether what is on screen is what the strata say. */
  get isSettled(): boolean {
    return this.#shown !== null && !this.#isStale && this.#coming.length === 0 && this.#patches.isDone
  }

  resize(size: Size, density: number): void {
    this.#size.width = size.width
    this.#size.height = size.height
    this.#density = density
    if (this.#front.resize(size, density)) this.#shown = null
    this.#back?.resize(size, density)
    this.invalidate()
  }

  /** All has to be drawn anew, or only what touches `box`, from which something went. */
  invalidate(box?: Box): void {
    if (box && this.#isPatchable) {
      this.#job?.dirty.push(box)
      if (this.#isStale || this.#patches.add(box)) return
    }
    this.#isStale = true
    this.#job = null
    this.#coming = []
    this.#patches.drop()
  }

  /** Whether there is something that the next frame will not draw anew anyhow, and not too much has changed of it. */
  get #isPatchable(): boolean {
    return this.#job ? this.#job.dirty.length < PATCHES_MAX : this.#shown !== null && !this.#isStale
  }

  /** A mark of the topmost stratum came, or came back. */
  lay(slot: number): void {
    this.#coming.push(slot)
    if (this.#coming.length > PATCHES_MAX) this.invalidate()
  }

  /** Brings the picture as near to `view` as one frame allows; false if another frame is needed. */
  frame(view: Viewport): boolean {
    this.painted = 0
    const isSame = this.#isUpToDate(view)
    if (isSame && this.#coming.length === 0) return true
    if (isSame || this.#canShift(view)) this.#shift(view)
    else if (this.#isCrowded(view)) this.#advance(view)
    else this.#drawAll(view)
    this.#layAll(isSame)
    this.#place(view)
    return this.#isUpToDate(view)
  }

  destroy(): void {
    this.#patches.drop()
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
    this.#coming = []
    this.#patches.drop()
    const brush = this.#front
    brush.aim(view)
    brush.clear()
    const area = this.#areaOf(view)
    const weight = this.strata.reduce((sum, { scene, isShown }) => {
      return isShown ? sum + scene.weightIn(area, HALO_MAX + 1) : sum
    }, 0)
    this.#hasHalos = weight <= HALO_MAX
    new Walk(this.strata, area, this.#hasHalos).go(this.#paintInFrame(brush), Number.POSITIVE_INFINITY)
    this.#isStale = false
    this.#shown = view
  }

  /** What of the image has to be drawn for a view. */
  #areaOf(view: Viewport): Box {
    return grown(visibleBox(view, this.#size), REACH / view.scale)
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

  /** Moves the bitmap to `view`, then draws the strips that came into sight. */
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
      if (dx !== 0) this.#strip(dx > 0 ? 0 : width + dx, 0, Math.abs(dx), height)
      if (dy !== 0) this.#strip(0, dy > 0 ? 0 : height + dy, width, Math.abs(dy))
      this.#patches.shift(dx, dy)
    }
    this.#shown = view
    this.#job = null
  }

  /** Goes on drawing the next bitmap; shows it once it is whole. */
  #advance(view: Viewport): void {
    const until = performance.now() + SLICE_MS
    this.#back ??= this.#newBrush()
    const brush = this.#back
    if (this.#job === null || this.#job.walk.isBroken) {
      brush.resize(this.#size, this.#density)
      brush.clear()
      this.#job = { view, walk: new Walk(this.strata, this.#areaOf(view), false), dirty: [] }
    }
    const job = this.#job
    brush.aim(job.view)
    if (!job.walk.go(this.#paintInFrame(brush), until)) return
    this.#back = this.#front
    this.#front = brush
    this.#front.canvas.style.visibility = ""
    this.#back.canvas.style.visibility = "hidden"
    this.#shown = job.view
    this.#isStale = false
    this.#hasHalos = false
    this.#job = null
    this.#patches.drop()
    for (const box of job.dirty) this.#patches.add(box)
  }

  /**
   * Lays on top what came. What has others over it is drawn in its order afterwards; so is what this frame may have drawn
   * already, since the picture was not the same (`isSame`) before it.
   */
  #layAll(isSame: boolean): void {
    const shown = this.#shown
    const stratum = this.strata.at(-1)
    if (this.#coming.length === 0 || shown === null || !stratum?.isShown) return
    const { scene, look } = stratum
    const brush = this.#front
    brush.aim(shown)
    const paint = this.#paintInFrame(brush)
    for (const slot of this.#coming) {
      if (!scene.hasMark(slot) || !scene.isDrawn(slot)) continue
      const box = scene.boundsAt(slot)
      paint(scene, slot, look, false)
      this.#patches.spoil(box)
      // Halos lie under all marks: laid on top, one would darken its neighbours.
      if (!isSame || this.#hasHalos || !scene.isOnTop(slot)) this.invalidate(box)
    }
    this.#coming = []
  }

  /** Draws a rectangle of the bitmap anew, device pixels. */
  #strip(left: number, top: number, width: number, height: number): void {
    const { context, projection } = this.#front
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
    this.#front.forgetPen()
    const paint = this.#paintInFrame(this.#front)
    for (const { scene, look, isShown } of this.strata) {
      if (!isShown) continue
      // Few marks touch a strip: they are looked up rather than met on the way through all.
      const slots = scene.query(area)
      if (this.#hasHalos) for (const slot of slots) if (scene.isDrawn(slot)) paint(scene, slot, look, true)
      for (const slot of slots) if (scene.isDrawn(slot)) paint(scene, slot, look, false)
    }
    context.restore()
    this.#front.forgetPen()
  }

  #paintInFrame(brush: Brush): PaintMark {
    const paint = this.#paintOn(brush)
    return (scene, slot, look, isHalo) => {
      if (!isHalo) this.painted++
      paint(scene, slot, look, isHalo)
    }
  }

  #paintOn(brush: Brush): PaintMark {
    return (scene, slot, look, isHalo) => {
      if (isHalo) brush.halo(scene.markAt(slot), scene.kindAt(slot), look)
      else brush.mark(scene.markAt(slot), scene.kindAt(slot), look, this.fill)
    }
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
