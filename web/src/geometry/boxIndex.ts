/**
 * A spatial index of boxes, for hit tests and culling among 100,000 marks.
 *
 * A grid in levels: a box lies in the level whose cells are at least as wide as its longer side, hence in at most four
 * cells there. Inserting, moving and removing one box touch at most eight cells and never rebuild anything, which an
 * R-tree cannot promise; a query visits the cells it overlaps on each level in use.
 */

import type { Box } from "./box.ts"

const CELL_MIN = 32
const LEVELS = 20
/** Cells are keyed by row * STRIDE + column; wide enough for coordinates of 32 pixels * 2^24. */
const STRIDE = 2 ** 25
const SHIFT = 2 ** 24

type Cell = number[]

export class BoxIndex {
  readonly #levels: Map<number, Cell>[] = Array.from({ length: LEVELS }, () => new Map<number, Cell>())
  readonly #boxes = new Map<number, Box>()

  get size(): number {
    return this.#boxes.size
  }

  /** Puts the box of `id`; replaces the one it had. */
  set(id: number, box: Box): void {
    this.delete(id)
    this.#boxes.set(id, box)
    this.#eachCellOf(box, (level, key) => {
      const cells = this.#levels[level] as Map<number, Cell>
      const cell = cells.get(key)
      if (cell === undefined) cells.set(key, [id])
      else cell.push(id)
    })
  }

  delete(id: number): void {
    const box = this.#boxes.get(id)
    if (box === undefined) return
    this.#boxes.delete(id)
    this.#eachCellOf(box, (level, key) => {
      const cells = this.#levels[level] as Map<number, Cell>
      const cell = cells.get(key) as Cell
      const last = cell.pop() as number
      if (last !== id) cell[cell.indexOf(id)] = last
      if (cell.length === 0) cells.delete(key)
    })
  }

  clear(): void {
    for (const cells of this.#levels) cells.clear()
    this.#boxes.clear()
  }

  /** Adds to `found` the id of every box that touches `area`, each once, in no order; returns `found`. */
  query(area: Box, found: number[] = []): number[] {
    const right = area.x + area.w
    const bottom = area.y + area.h
    for (let level = 0; level < LEVELS; level++) {
      const cells = this.#levels[level] as Map<number, Cell>
      if (cells.size === 0) continue
      const side = CELL_MIN * 2 ** level
      const left = Math.floor(area.x / side)
      const top = Math.floor(area.y / side)
      const columns = Math.floor(right / side) - left + 1
      const rows = Math.floor(bottom / side) - top + 1
      if (columns * rows > cells.size) {
        for (const [key, cell] of cells) this.#collect(cell, key, side, left, top, area, found)
      } else {
        for (let row = top; row < top + rows; row++) {
          for (let column = left; column < left + columns; column++) {
            const key = (row + SHIFT) * STRIDE + column + SHIFT
            const cell = cells.get(key)
            if (cell !== undefined) this.#collect(cell, key, side, left, top, area, found)
          }
        }
      }
    }
    return found
  }

  /** A box lies in up to four cells: it is reported from the first of them that the query sees. */
  #collect(cell: Cell, key: number, side: number, left: number, top: number, area: Box, found: number[]): void {
    const row = Math.floor(key / STRIDE) - SHIFT
    const column = (key % STRIDE) - SHIFT
    for (const id of cell) {
      const box = this.#boxes.get(id) as Box
      if (box.x > area.x + area.w || box.y > area.y + area.h) continue
      if (box.x + box.w < area.x || box.y + box.h < area.y) continue
      if (Math.max(left, Math.floor(box.x / side)) !== column) continue
      if (Math.max(top, Math.floor(box.y / side)) !== row) continue
      found.push(id)
    }
  }

  #eachCellOf(box: Box, visit: (level: number, key: number) => void): void {
    const longest = Math.max(box.w, box.h, CELL_MIN)
    const level = Math.min(LEVELS - 1, Math.ceil(Math.log2(longest / CELL_MIN)))
    const side = CELL_MIN * 2 ** level
    const right = Math.floor((box.x + box.w) / side)
    const bottom = Math.floor((box.y + box.h) / side)
    for (let row = Math.floor(box.y / side); row <= bottom; row++) {
      for (let column = Math.floor(box.x / side); column <= right; column++) {
        visit(level, (row + SHIFT) * STRIDE + column + SHIFT)
      }
    }
  }
}
