/** The page's side of the worker that gets tiles. */

import type { TileAt } from "./pyramid.ts"
import { wantedOf } from "./tilePicture.ts"
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
    const order: TileOrder = { id, ...wantedOf(address, head, window, tile) }
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
