/** The arithmetic of a virtualised grid of equal tiles: what is drawn, and where the arrow keys lead. In CSS pixels. */

export interface GridView {
  /** Inner width and height of the scrolled box, and how far it is scrolled. */
  readonly width: number
  readonly height: number
  readonly scrollTop: number
  readonly count: number
  /** Least width of a tile; tiles share what is left over. */
  readonly least: number
  /** Height of a tile as a share of its width, plus fixed pixels (a caption). */
  readonly aspect: number
  readonly caption: number
  readonly gap: number
  /** Rows drawn beyond either edge, so that a quick scroll shows no gaps. */
  readonly spare?: number
}

export interface GridLayout {
  readonly columns: number
  readonly tileWidth: number
  readonly tileHeight: number
  /** Indices drawn: first to last, last excluded. */
  readonly first: number
  readonly last: number
  /** Height of all rows, and of those above the first one drawn. */
  readonly total: number
  readonly above: number
}

export function layout(view: GridView): GridLayout {
  const { width, height, scrollTop, count, least, aspect, caption, gap, spare = 2 } = view
  const columns = Math.max(1, Math.floor((width + gap) / (least + gap)))
  const tileWidth = Math.max(1, (width - gap * (columns - 1)) / columns)
  const tileHeight = tileWidth * aspect + caption
  const pitch = tileHeight + gap
  const rows = Math.ceil(count / columns)
  const firstRow = Math.min(Math.max(0, rows - 1), Math.max(0, Math.floor(scrollTop / pitch) - spare))
  const lastRow = Math.min(rows, Math.ceil((scrollTop + height) / pitch) + spare)
  return {
    columns,
    tileWidth,
    tileHeight,
    first: firstRow * columns,
    last: Math.max(firstRow * columns, Math.min(count, lastRow * columns)),
    total: rows === 0 ? 0 : rows * pitch - gap,
    above: firstRow * pitch,
  }
}

/** Where `key` leads from tile `at`, or null for a key that does not move. `page` is the number of rows in view. */
export function moved(at: number, key: string, columns: number, count: number, page: number): number | null {
  if (count === 0) return null
  const last = count - 1
  const within = (to: number) => Math.min(last, Math.max(0, to))
  switch (key) {
    case "ArrowLeft":
      return within(at - 1)
    case "ArrowRight":
      return within(at + 1)
    case "ArrowUp":
      return at - columns < 0 ? at : at - columns
    case "ArrowDown":
      // From the row above a short last row, down leads to its end rather than nowhere.
      return at + columns <= last ? at + columns : Math.floor(at / columns) < Math.floor(last / columns) ? last : at
    case "PageUp":
      return within(at - columns * page)
    case "PageDown":
      return within(at + columns * page)
    case "Home":
      return 0
    case "End":
      return last
    default:
      return null
  }
}

/** The scroll position, nearest to the present one, that shows tile `at` whole. */
export function revealed(at: number, { columns, tileHeight }: GridLayout, view: GridView): number {
  const top = Math.floor(at / columns) * (tileHeight + view.gap)
  if (top < view.scrollTop) return top
  return Math.max(view.scrollTop, top + tileHeight - view.height)
}
