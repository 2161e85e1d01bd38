/** How a few images share a pane: rows of equal height, so that the image that comes off worst is as large as can be. */

import type { Box, Size } from "./box.ts"

/**
 * A box for each image, in their order, row by row, `gap` apart. They cover the pane: the last row is divided among those
 * that are left. Numbers are whole where the pane's are; no box has a side below 1.
 */
export function tiled(images: readonly Size[], pane: Size, gap: number): Box[] {
  let best: { boxes: Box[]; worth: number } | null = null
  for (let columns = 1; columns <= images.length; columns++) {
    const boxes = inRows(images.length, columns, pane, gap)
    const worth = Math.min(...images.map((image, i) => shareOf(image, boxes[i] as Box, pane)))
    // A hair more is no reason for another shape.
    if (best === null || worth > best.worth * 1.001) best = { boxes, worth }
  }
  return best?.boxes ?? []
}

/** How large the image is in the box, its size alone in the pane being 1. */
function shareOf(image: Size, box: Box, pane: Size): number {
  const alone = Math.min(pane.width / image.width, pane.height / image.height)
  return Math.min(box.w / image.width, box.h / image.height) / Math.max(alone, 1e-9)
}

function inRows(count: number, columns: number, pane: Size, gap: number): Box[] {
  const rows = Math.ceil(count / columns)
  const boxes: Box[] = []
  for (let i = 0; i < count; i++) {
    const row = Math.floor(i / columns)
    const inRow = Math.min(columns, count - row * columns)
    const [x, w] = part(i - row * columns, inRow, pane.width, gap)
    const [y, h] = part(row, rows, pane.height, gap)
    boxes.push({ x, y, w, h })
  }
  return boxes
}

/** Where the `at`th of `of` parts begins, and how long it is. */
function part(at: number, of: number, length: number, gap: number): [start: number, length: number] {
  const step = (length + gap) / of
  const start = Math.round(at * step)
  return [start, Math.max(1, Math.round((at + 1) * step) - gap - start)]
}
