import type { Snippet } from "svelte"

/** One column of a Table. */
export interface Column<Row> {
  id: string
  title: string
  /** What stands in the cell; `cell` draws it where text is not enough. */
  text?: (row: Row) => string
  cell?: Snippet<[Row]>
  /** Numbers stand at the end, in figures of one width. */
  align?: "start" | "end"
  /** CSS length; the columns without one share the rest. */
  width?: string
  sortable?: boolean
  /** Hidden where the table itself is narrower than this, in pixels: 480, 640 or 800. */
  hideBelow?: 480 | 640 | 800
  /** What the column counts, in a tip on its title. */
  help?: string
}

export interface Sort {
  by: string
  descending: boolean
}

/** What a click on the title of column `id` asks for: up, then down, then up again. Another column starts upwards. */
export function nextSort(sort: Sort | undefined, id: string): Sort {
  return { by: id, descending: sort?.by === id ? !sort.descending : false }
}

/** Pages that come by cursor: what the table needs to know of the rest. api/feed.svelte.ts has it. */
export interface Pager {
  readonly more: boolean
  readonly pending: boolean
  load(): void
}
