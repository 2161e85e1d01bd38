/** Draws marks on a context, setting its pen only when it changes. */

import type { Mark } from "#editor/annotation.ts"
import type { Size } from "#geometry/box.ts"
import type { Viewport } from "#geometry/viewport.ts"
import type { Pen } from "../../pens.ts"
import type { PlacedImageKind, Projection } from "../kinds/kind.ts"
import type { Look } from "./look.ts"

/** A dark line under and beside the coloured one keeps 3:1 contrast on any photograph. */
const HALO = "rgba(0, 0, 0, 0.45)"
const HALO_WIDTH = 2

export class Brush {
  readonly projection: Projection = { scale: 1, x: 0, y: 0, density: 1 }
  readonly #context: CanvasRenderingContext2D
  /** What the context's pen is set to: a mark's pen, or a halo of a width above 0. */
  #pen: Pen | null = null
  #haloWidth = 0

  constructor(readonly canvas: HTMLCanvasElement) {
    const context = canvas.getContext("2d")
    if (!context) throw new Error("This browser gives the page no canvas to draw on.")
    this.#context = context
  }

  get context(): CanvasRenderingContext2D {
    return this.#context
  }

  /** Gives the canvas `size` CSS pixels at `density`; what was drawn is lost if that changes anything. */
  resize(size: Size, density: number): boolean {
    const width = Math.max(1, Math.round(size.width * density))
    const height = Math.max(1, Math.round(size.height * density))
    this.projection.density = density
    if (this.canvas.width === width && this.canvas.height === height) return false
    this.canvas.width = width
    this.canvas.height = height
    this.canvas.style.width = `${size.width}px`
    this.canvas.style.height = `${size.height}px`
    this.forgetPen()
    return true
  }

  /** Gives the canvas at least so many device pixels; what was drawn is lost if that changes anything. */
  widen(width: number, height: number): void {
    if (this.canvas.width < width) this.canvas.width = width
    if (this.canvas.height < height) this.canvas.height = height
    this.forgetPen()
  }

  /** Aims at `view`; to be called before drawing. */
  aim(view: Viewport): void {
    const { projection } = this
    projection.scale = view.scale * projection.density
    projection.x = view.x * projection.density
    projection.y = view.y * projection.density
    this.forgetPen()
  }

  clear(): void {
    this.#context.clearRect(0, 0, this.canvas.width, this.canvas.height)
  }

  /** To be called when something else has set the context's pen. */
  forgetPen(): void {
    this.#pen = null
    this.#haloWidth = 0
  }

  /** The outline, over a fill of `fill` (0 to 1) of its colour. */
  mark(mark: Mark, kind: PlacedImageKind, look: Look, fill: number): void {
    const pen = look.penOf(mark)
    if (pen !== this.#pen) this.#take(pen, 1)
    this.#fill(mark, kind, fill)
    kind.outline(this.#context, mark.geometry, this.projection, kind.isJointed ? look.jointsOf?.(mark) : undefined)
  }

  /** The outline over its dark halo, in `thickness` times the usual width. */
  strongMark(mark: Mark, kind: PlacedImageKind, look: Look, fill: number, thickness: number): void {
    this.halo(mark, kind, look, thickness)
    this.#take(look.penOf(mark), thickness)
    this.#fill(mark, kind, fill)
    kind.outline(this.#context, mark.geometry, this.projection, kind.isJointed ? look.jointsOf?.(mark) : undefined)
    this.#pen = null
  }

  halo(mark: Mark, kind: PlacedImageKind, look: Look, thickness = 1): void {
    const context = this.#context
    const width = this.#width(look.penOf(mark).width * thickness + HALO_WIDTH)
    if (width !== this.#haloWidth) {
      context.setLineDash([])
      context.strokeStyle = HALO
      context.lineWidth = width
      this.#haloWidth = width
      this.#pen = null
    }
    kind.outline(context, mark.geometry, this.projection, kind.isJointed ? look.jointsOf?.(mark) : undefined)
  }

  #fill(mark: Mark, kind: PlacedImageKind, fill: number): void {
    const context = this.#context
    const share = kind.fillOf ? kind.fillOf(fill) : fill
    if (share <= 0) return
    context.globalAlpha = share
    context.fillStyle = context.strokeStyle
    kind.fill(context, mark.geometry, this.projection)
    context.globalAlpha = 1
  }

  #take(pen: Pen, thickness: number): void {
    const context = this.#context
    const { density } = this.projection
    context.strokeStyle = pen.color
    context.lineWidth = this.#width(pen.width * thickness)
    context.setLineDash(density === 1 ? (pen.dash as number[]) : pen.dash.map((each) => each * density))
    this.#pen = pen
    this.#haloWidth = 0
  }

  #width(css: number): number {
    return Math.max(1, Math.round(css * this.projection.density))
  }
}
