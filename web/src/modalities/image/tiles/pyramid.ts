/** Which tiles of an image a view needs. Pure; the numbers are those of `fairmark.modalities.image.pixels.pack`. */

import type { Box, Size } from "#geometry/box.ts"

export interface Pyramid extends Size {
  /** Pixels of a tile's side; those at the right and lower border are smaller. */
  readonly tile: number
  /** Each half the size of the one before; the last is a single tile. */
  readonly levels: number
}

/** A tile: level 0 is the full size. */
export interface TileAt {
  readonly level: number
  readonly column: number
  readonly row: number
}

export function keyOf({ level, column, row }: TileAt): string {
  return `${level}/${column}/${row}`
}

/** Columns and rows of tiles of a level. */
export function tilesOf({ width, height, tile }: Pyramid, level: number): { columns: number; rows: number } {
  const side = 2 ** level
  return { columns: Math.ceil(Math.ceil(width / side) / tile), rows: Math.ceil(Math.ceil(height / side) / tile) }
}

/** The level whose pixels are at least as fine as those of the screen; `scale`: device pixels per image pixel. */
export function levelFor({ levels }: Pyramid, scale: number): number {
  return Math.min(levels - 1, Math.max(0, Math.floor(Math.log2(1 / scale) + 1e-9)))
}

/** What a tile covers, in pixels of the full image. */
export function boxOf({ width, height, tile }: Pyramid, { level, column, row }: TileAt): Box {
  const side = tile * 2 ** level
  const [x, y] = [column * side, row * side]
  return { x, y, w: Math.min(side, width - x), h: Math.min(side, height - y) }
}

/** The tiles of a level that touch `box`, those nearest its middle first. */
export function tilesIn(pyramid: Pyramid, level: number, box: Box): TileAt[] {
  const side = pyramid.tile * 2 ** level
  const { columns, rows } = tilesOf(pyramid, level)
  const left = Math.max(0, Math.floor(box.x / side))
  const top = Math.max(0, Math.floor(box.y / side))
  const right = Math.min(columns - 1, Math.ceil((box.x + box.w) / side) - 1)
  const bottom = Math.min(rows - 1, Math.ceil((box.y + box.h) / side) - 1)
  const found: TileAt[] = []
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) found.push({ level, column, row })
  }
  const [x, y] = [(box.x + box.w / 2) / side - 0.5, (box.y + box.h / 2) / side - 0.5]
  return found.sort((a, b) => Math.hypot(a.column - x, a.row - y) - Math.hypot(b.column - x, b.row - y))
}

/** The tile of the next coarser level that covers this one. */
export function parentOf({ level, column, row }: TileAt): TileAt {
  return { level: level + 1, column: column >> 1, row: row >> 1 }
}

/** What to have for a view, in the order to ask for it: the whole in one tile, what is in sight, one level up of it. */
export function wantedFor(pyramid: Pyramid, level: number, box: Box): TileAt[] {
  const top = pyramid.levels - 1
  const wanted = [{ level: top, column: 0, row: 0 }]
  if (level < top) wanted.push(...tilesIn(pyramid, level, box))
  if (level + 1 < top) wanted.push(...tilesIn(pyramid, level + 1, box))
  return wanted
}
