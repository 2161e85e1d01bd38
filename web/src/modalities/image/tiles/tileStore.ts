/**
 * The tiles that are here, on their way, or would not come. Bounded by bytes: what was looked at longest ago goes first.
 * A tile that is no longer wanted is called off; one that did not come is asked for again, ever less often.
 */

import { keyOf, type TileAt } from "./pyramid.ts"

export const BYTES_MAX = 256 * 2 ** 20
export const AT_ONCE = 6
const RETRY_MS = [1000, 2000, 5000, 15_000, 30_000]

/** Something that can be drawn. */
export interface TilePicture {
  readonly width: number
  readonly height: number
  close(): void
}

/** Gets one tile; rejects if it does not come. `version`: of the window that values are seen through. */
export type LoadTile<P extends TilePicture> = (tile: TileAt, signal: AbortSignal) => Promise<P>

/** When to try again, and a way to call it off: `setTimeout`, but for tests. */
export type Later = (then: () => void, delay_ms: number) => () => void

interface Held<P> {
  readonly picture: P
  readonly version: number
}

interface Failure {
  readonly tries: number
  readonly isDue: boolean
  readonly stop: () => void
}

export class TileStore<P extends TilePicture> {
  readonly #load: LoadTile<P>
  readonly #onChange: () => void
  readonly #later: Later
  /** In the order of use: the first was used longest ago. */
  readonly #held = new Map<string, Held<P>>()
  readonly #coming = new Map<string, AbortController>()
  readonly #failed = new Map<string, Failure>()
  #wanted: readonly TileAt[] = []
  #bytes = 0
  #version = 0

  constructor(load: LoadTile<P>, onChange: () => void, later: Later) {
    this.#load = load
    this.#onChange = onChange
    this.#later = later
  }

  get bytes(): number {
    return this.#bytes
  }

  /** How many of the wanted tiles would not come, so far. */
  get failed(): number {
    return this.#wanted.reduce((count, tile) => count + (this.#failed.has(keyOf(tile)) ? 1 : 0), 0)
  }

  /** Whether everything that is wanted is here, as it should look now. */
  get isComplete(): boolean {
    return this.#wanted.every((tile) => this.#held.get(keyOf(tile))?.version === this.#version)
  }

  hasFailed(tile: TileAt): boolean {
    return this.#failed.has(keyOf(tile))
  }

  /** The picture of a tile, if it is here; as it looked before while it is being made anew. */
  get(tile: TileAt): P | undefined {
    const key = keyOf(tile)
    const found = this.#held.get(key)
    if (found) {
      this.#held.delete(key)
      this.#held.set(key, found)
    }
    return found?.picture
  }

  /** Says what is needed from now on, the most urgent first. */
  want(tiles: readonly TileAt[]): void {
    this.#wanted = tiles
    const keys = new Set(tiles.map(keyOf))
    for (const [key, coming] of this.#coming) if (!keys.has(key)) coming.abort()
    for (const [key, { stop }] of this.#failed) {
      if (keys.has(key)) continue
      stop()
      this.#failed.delete(key)
    }
    this.#next()
  }

  /** Everything looks different now: what is here stays on screen until its successor has come. */
  renew(): void {
    this.#version++
    for (const coming of this.#coming.values()) coming.abort()
    this.#next()
  }

  /** Asks again at once for what would not come. */
  retry(): void {
    for (const { stop } of this.#failed.values()) stop()
    this.#failed.clear()
    this.#next()
  }

  destroy(): void {
    this.#wanted = []
    for (const coming of this.#coming.values()) coming.abort()
    for (const { stop } of this.#failed.values()) stop()
    for (const { picture } of this.#held.values()) picture.close()
    this.#held.clear()
    this.#failed.clear()
    this.#bytes = 0
  }

  #next(): void {
    for (const tile of this.#wanted) {
      if (this.#coming.size >= AT_ONCE) return
      const key = keyOf(tile)
      const failure = this.#failed.get(key)
      if (this.#coming.has(key) || (failure && !failure.isDue)) continue
      if (this.#held.get(key)?.version !== this.#version) void this.#fetch(tile, key)
    }
  }

  async #fetch(tile: TileAt, key: string): Promise<void> {
    const calling = new AbortController()
    const version = this.#version
    this.#coming.set(key, calling)
    try {
      const picture = await this.#load(tile, calling.signal)
      if (calling.signal.aborted) picture.close()
      else this.#keep(key, picture, version)
    } catch {
      if (!calling.signal.aborted) this.#fail(key)
    } finally {
      if (this.#coming.get(key) === calling) this.#coming.delete(key)
      this.#onChange()
      this.#next()
    }
  }

  #keep(key: string, picture: P, version: number): void {
    this.#drop(key)
    this.#failed.get(key)?.stop()
    this.#failed.delete(key)
    this.#held.set(key, { picture, version })
    this.#bytes += bytesOf(picture)
    const wanted = new Set(this.#wanted.map(keyOf))
    for (const old of [...this.#held.keys()]) {
      if (this.#bytes <= BYTES_MAX) break
      if (!wanted.has(old)) this.#drop(old)
    }
  }

  #drop(key: string): void {
    const held = this.#held.get(key)
    if (!held) return
    this.#held.delete(key)
    this.#bytes -= bytesOf(held.picture)
    held.picture.close()
  }

  #fail(key: string): void {
    const tries = (this.#failed.get(key)?.tries ?? 0) + 1
    const delay_ms = RETRY_MS[Math.min(tries, RETRY_MS.length) - 1] as number
    const stop = this.#later(() => {
      this.#failed.set(key, { tries, isDue: true, stop })
      this.#next()
    }, delay_ms)
    this.#failed.set(key, { tries, isDue: false, stop })
  }
}

function bytesOf({ width, height }: TilePicture): number {
  return 4 * width * height
}
