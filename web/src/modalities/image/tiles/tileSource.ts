/** The page's side of the worker that gets tiles. */

import { boxOf, type TileAt } from "./pyramid.ts"
import type { TileAnswer, TileOrder, TileRequest } from "./tileWorker.ts"
import type { TilesHead, Window } from "./window.ts"

interface Waiting {
  resolve(picture: ImageBitmap): void
  reject(why: Error): void
}

export class TileSource {
  readonly #worker = new Worker(new URL("./tileWorker.ts", import.meta.url), { type: "module" })
  readonly #waiting = new Map<number, Waiting>()
  #next = 0

  constructor() {
    this.#worker.addEventListener("message", ({ data }: MessageEvent<TileAnswer>) => {
      const waiting = this.#waiting.get(data.id)
      this.#waiting.delete(data.id)
      if (!waiting) data.picture?.close()
      else if (data.picture) waiting.resolve(data.picture)
      else waiting.reject(new Error("The tile did not come."))
    })
  }

  /** One tile as a picture. `address`: of the tiles' head. */
  load(
    address: string,
    head: TilesHead,
    window: Window | null,
    tile: TileAt,
    signal: AbortSignal,
  ): Promise<ImageBitmap> {
    const id = this.#next++
    const side = 2 ** tile.level
    const { w, h } = boxOf(head, tile)
    const order: TileOrder = {
      id,
      urls: (window?.bands ?? [0]).map((band) => tileUrl(address, tile, band)),
      head,
      window,
      width: Math.ceil(w / side),
      height: Math.ceil(h / side),
    }
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      signal.addEventListener("abort", () => this.#post({ cancel: id }), { once: true })
      this.#post({ order })
    })
  }

  destroy(): void {
    this.#worker.terminate()
  }

  #post(request: TileRequest): void {
    this.#worker.postMessage(request)
  }
}

/** Where a tile lies; the signature in the address is good for all of them. */
export function tileUrl(address: string, { level, column, row }: TileAt, band: number): string {
  return new URL(address.replace("/tiles/head?", `/tiles/${level}/${column}/${row}/${band}?`), location.href).href
}
