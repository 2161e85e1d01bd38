/**
 * A picture in tiles, on a canvas over the small picture of the same. What has not come is drawn from coarser tiles, so that
 * nothing flickers and nothing is ever blank.
 */

import type { Box, Size } from "#geometry/box.ts"
import { type Viewport, visibleBox } from "#geometry/viewport.ts"
import { boxOf, levelFor, parentOf, type TileAt, tilesIn, wantedFor } from "./pyramid.ts"
import { TileSource } from "./tileSource.ts"
import { TileStore } from "./tileStore.ts"
import { firstWindow, type TilesHead, type Window } from "./window.ts"

/** From here on pixels are shown as squares. */
const SQUARES_FROM = 4
const ASK_AGAIN_MS = 1500

/** `none`: the picture is shown as it is. `making`: the server cuts it; `progress` 0 to 1. */
export interface TilesState {
  readonly phase: "none" | "asking" | "making" | "failed" | "shown"
  readonly progress: number
  /** Why there are no tiles, in words. */
  readonly fault: string
  /** Tiles in sight that did not come. */
  readonly missing: number
  readonly head: TilesHead | null
  readonly window: Window | null
  /** The coarsest tile, which shows all of the image, once it is here; seen through the window. */
  readonly whole: ImageBitmap | null
}

export const NO_TILES: TilesState = {
  phase: "none",
  progress: 0,
  fault: "",
  missing: 0,
  head: null,
  window: null,
  whole: null,
}

interface Described {
  readonly state: "waiting" | "done" | "failed"
  readonly progress: number
  readonly fault: { readonly message: string; readonly mend?: string } | null
  readonly head: TilesHead | null
}

export class TileLayer {
  readonly #canvas: HTMLCanvasElement
  readonly #context: CanvasRenderingContext2D
  readonly #onChange: () => void
  readonly #onState: (state: TilesState) => void
  #source: TileSource | null = null
  #store: TileStore<ImageBitmap> | null = null
  #state = NO_TILES
  #address = ""
  #asking: AbortController | null = null
  #timer = 0
  #size: Size = { width: 1, height: 1 }
  #density = 1
  #drawn: Viewport | null = null
  #wantedFor = ""

  constructor(host: HTMLElement, onChange: () => void, onState: (state: TilesState) => void) {
    this.#canvas = document.createElement("canvas")
    this.#canvas.className = "tile-layer"
    this.#context = this.#canvas.getContext("2d") as CanvasRenderingContext2D
    this.#onChange = onChange
    this.#onState = onState
    host.append(this.#canvas)
  }

  get state(): TilesState {
    return this.#state
  }

  /** Whether the whole image is on the canvas, if only coarsely: what lies beneath is not needed. */
  get isOpaque(): boolean {
    const { head } = this.#state
    return head !== null && this.#store?.get({ level: head.levels - 1, column: 0, row: 0 }) !== undefined
  }

  /** Whether all that is in sight is on the canvas in full. */
  get isComplete(): boolean {
    return this.#state.phase === "none" || (this.#store?.isComplete ?? false)
  }

  /** Shows the tiles whose head is at `address`; null: there are none. */
  show(address: string | null): void {
    this.#clear()
    this.#address = address ?? ""
    if (address !== null) void this.#ask()
  }

  resize(size: Size, density: number): void {
    this.#size = { width: size.width, height: size.height }
    this.#density = density
    const [width, height] = [Math.round(size.width * density), Math.round(size.height * density)]
    if (this.#canvas.width === width && this.#canvas.height === height) return
    this.#canvas.width = Math.max(1, width)
    this.#canvas.height = Math.max(1, height)
    this.#canvas.style.width = `${size.width}px`
    this.#canvas.style.height = `${size.height}px`
    this.#drawn = null
  }

  /** Values are seen through another window from now on. */
  look(window: Window): void {
    this.#tell({ window })
    this.#store?.renew()
  }

  /** Asks again for the tiles, or for those that did not come. */
  retry(): void {
    if (this.#state.phase === "failed") void this.#ask()
    else {
      this.#store?.retry()
      this.#noteMissing()
    }
  }

  frame(view: Viewport, filter: string): void {
    const { head } = this.#state
    if (this.#canvas.style.filter !== filter) this.#canvas.style.filter = filter
    if (!head || !this.#store) return
    const drawn = this.#drawn
    if (drawn && drawn.scale === view.scale && drawn.x === view.x && drawn.y === view.y) return
    this.#drawn = view
    const level = levelFor(head, view.scale * this.#density)
    const box = visibleBox(view, this.#size)
    const tiles = tilesIn(head, level, box)
    this.#want(head, level, box, tiles)
    this.#draw(head, view, tiles)
  }

  /** Draws what is here of the finest tiles in `box` elsewhere: image pixels times `scale`, then moved by `x`, `y`. */
  paint(context: CanvasRenderingContext2D, { scale, x, y }: Viewport, box: Box): void {
    const { head } = this.#state
    if (!head || !this.#store) return
    for (const tile of tilesIn(head, levelFor(head, scale), box)) {
      const { x: left, y: top, w, h } = boxOf(head, tile)
      this.#drawTile(context, head, tile, left * scale + x, top * scale + y, w * scale, h * scale)
    }
  }

  destroy(): void {
    this.#clear()
    this.#source?.destroy()
    this.#canvas.remove()
  }

  #clear(): void {
    clearTimeout(this.#timer)
    this.#asking?.abort()
    this.#store?.destroy()
    this.#store = null
    this.#drawn = null
    this.#wantedFor = ""
    this.#context.clearRect(0, 0, this.#canvas.width, this.#canvas.height)
    this.#tell(NO_TILES)
  }

  #tell(change: Partial<TilesState>): void {
    this.#state = { ...this.#state, ...change }
    this.#onState(this.#state)
  }

  async #ask(): Promise<void> {
    const asking = new AbortController()
    this.#asking = asking
    if (this.#state.phase === "none" || this.#state.phase === "failed") this.#tell({ phase: "asking" })
    try {
      const answer = await fetch(this.#address, { signal: asking.signal })
      if (answer.status === 404) {
        this.#tell(NO_TILES)
        return
      }
      const said = (await answer.json()) as Described & { error?: { message: string; mend?: string } }
      if (asking.signal.aborted) return
      if (said.head) this.#begin(said.head)
      else if (!answer.ok || said.state === "failed") this.#failed(said.error ?? said.fault)
      else {
        this.#tell({ phase: "making", progress: said.progress })
        this.#timer = window.setTimeout(() => void this.#ask(), ASK_AGAIN_MS)
      }
    } catch {
      if (!asking.signal.aborted) this.#failed({ message: "The image could not be loaded." })
    }
  }

  #failed(why: { message: string; mend?: string } | null): void {
    this.#tell({ phase: "failed", fault: [why?.message, why?.mend].filter(Boolean).join(" ") })
  }

  #begin(head: TilesHead): void {
    this.#source ??= new TileSource()
    const source = this.#source
    const address = this.#address
    this.#store = new TileStore(
      (tile, signal) => source.load(address, head, this.#state.window, tile, signal),
      () => this.#arrived(),
      (then, delay_ms) => {
        const timer = setTimeout(then, delay_ms)
        return () => clearTimeout(timer)
      },
    )
    this.#tell({ phase: "shown", head, window: head.form === "values" ? firstWindow(head) : null })
    this.#onChange()
  }

  #arrived(): void {
    this.#drawn = null
    this.#noteMissing()
    const { head, whole } = this.#state
    const now = (head && this.#store?.get({ level: head.levels - 1, column: 0, row: 0 })) ?? null
    if (now !== whole) this.#tell({ whole: now })
    this.#onChange()
  }

  #noteMissing(): void {
    const missing = this.#store?.failed ?? 0
    if (missing !== this.#state.missing) this.#tell({ missing })
  }

  /** Asks for what is in sight; only when that has changed. */
  #want(head: TilesHead, level: number, box: ReturnType<typeof visibleBox>, tiles: readonly TileAt[]): void {
    const [first] = tiles
    const last = tiles.at(-1)
    const words = `${level} ${first?.column} ${first?.row} ${last?.column} ${last?.row} ${tiles.length}`
    if (words === this.#wantedFor) return
    this.#wantedFor = words
    this.#store?.want(wantedFor(head, level, box))
  }

  #draw(head: TilesHead, view: Viewport, tiles: readonly TileAt[]): void {
    const context = this.#context
    const scale = view.scale * this.#density
    context.clearRect(0, 0, this.#canvas.width, this.#canvas.height)
    context.imageSmoothingEnabled = scale < SQUARES_FROM
    for (const tile of tiles) {
      const { x, y, w, h } = boxOf(head, tile)
      const left = Math.round((x * view.scale + view.x) * this.#density)
      const top = Math.round((y * view.scale + view.y) * this.#density)
      const right = Math.round(((x + w) * view.scale + view.x) * this.#density)
      const bottom = Math.round(((y + h) * view.scale + view.y) * this.#density)
      this.#drawTile(context, head, tile, left, top, right - left, bottom - top)
      if (this.#store?.hasFailed(tile)) this.#strike(left, top, right - left, bottom - top)
    }
  }

  /** The tile, or its part of the nearest coarser one that is here. */
  #drawTile(
    context: CanvasRenderingContext2D,
    head: TilesHead,
    tile: TileAt,
    left: number,
    top: number,
    width: number,
    height: number,
  ): void {
    const part = boxOf(head, tile)
    for (let at = tile; at.level < head.levels; at = parentOf(at)) {
      const picture = this.#store?.get(at)
      if (!picture) continue
      const whole = boxOf(head, at)
      const [fx, fy] = [picture.width / whole.w, picture.height / whole.h]
      context.drawImage(
        picture,
        (part.x - whole.x) * fx,
        (part.y - whole.y) * fy,
        part.w * fx,
        part.h * fy,
        left,
        top,
        width,
        height,
      )
      return
    }
  }

  /** A tile that did not come is crossed out: nobody shall take a coarse one for all there is. */
  #strike(left: number, top: number, width: number, height: number): void {
    const context = this.#context
    context.strokeStyle = "rgba(255, 176, 32, 0.9)"
    context.lineWidth = Math.max(1, Math.round(1.5 * this.#density))
    context.setLineDash([6 * this.#density, 5 * this.#density])
    context.strokeRect(left + 1, top + 1, width - 2, height - 2)
    context.beginPath()
    context.moveTo(left, top)
    context.lineTo(left + width, top + height)
    context.moveTo(left + width, top)
    context.lineTo(left, top + height)
    context.stroke()
  }
}
