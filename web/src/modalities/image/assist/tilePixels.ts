/** Pixels of an image in tiles: each piece is read from the tiles that are as fine as is asked for. */

import type { Box } from "#geometry/box.ts"
import { boxOf, keyOf, levelFor, type TileAt, tilesIn } from "../tiles/pyramid.ts"
import type { TilesHead } from "../tiles/window.ts"
import { type Crop, fineSize, type Pixels, wholeBox } from "./methods/raster.ts"
import type { Steps } from "./methods/steps.ts"

/** So many tiles are kept decoded, those used last; a piece takes some twenty. */
const KEPT = 64

/** What a piece is put together on. */
export interface Paper<P> {
  draw(picture: P, from: Box, to: Box): void
  /** Red, green, blue, alpha, row by row. */
  rgba(): Uint8ClampedArray
}

interface Picture {
  readonly width: number
  readonly height: number
  close(): void
}

export class TilePixels<P extends Picture> implements Pixels {
  readonly size: TilesHead
  readonly #load: (tile: TileAt) => Promise<P>
  readonly #paper: (width: number, height: number) => Paper<P>
  /** In the order of use. */
  readonly #held = new Map<string, Promise<P>>()

  constructor(head: TilesHead, load: (tile: TileAt) => Promise<P>, paper: (width: number, height: number) => Paper<P>) {
    this.size = head
    this.#load = load
    this.#paper = paper
  }

  *read(wanted: Box, pixelsMax: number): Steps<Crop> {
    const box = wholeBox(wanted, this.size)
    const { width, height } = fineSize(box, pixelsMax)
    const tiles = tilesIn(this.size, levelFor(this.size, width / box.w), box)
    const pictures: P[] = []
    yield Promise.all(tiles.map((tile) => this.#picture(tile))).then((found) => pictures.push(...found))
    const paper = this.#paper(width, height)
    const [kx, ky] = [width / box.w, height / box.h]
    tiles.forEach((tile, i) => {
      const picture = pictures[i] as P
      const whole = boxOf(this.size, tile)
      const to = { x: (whole.x - box.x) * kx, y: (whole.y - box.y) * ky, w: whole.w * kx, h: whole.h * ky }
      paper.draw(picture, { x: 0, y: 0, w: picture.width, h: picture.height }, to)
    })
    this.#forget()
    return { box, width, height, rgba: paper.rgba() }
  }

  close(): void {
    for (const picture of this.#held.values()) drop(picture)
    this.#held.clear()
  }

  #picture(tile: TileAt): Promise<P> {
    const key = keyOf(tile)
    const known = this.#held.get(key) ?? this.#load(tile)
    this.#held.delete(key)
    this.#held.set(key, known)
    known.catch(() => this.#held.delete(key))
    return known
  }

  #forget(): void {
    for (const [key, picture] of [...this.#held].slice(0, -KEPT)) {
      this.#held.delete(key)
      drop(picture)
    }
  }
}

function drop(picture: Promise<Picture>): void {
  picture.then(
    (it) => it.close(),
    () => {},
  )
}
