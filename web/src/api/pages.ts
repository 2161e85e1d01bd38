/** Lists that come in pages: the server hands a cursor on, the reader hands it back. */

/** One page: kernel/http.py's Page. `next` is null on the last one. */
export interface Page<Row> {
  readonly rows: readonly Row[]
  readonly next: string | null
}

/** Fetches the page after a cursor; null for the first one. */
export type PageSource<Row> = (after: string | null, signal?: AbortSignal) => Promise<Page<Row>>

/** Every page in turn. Stops for good when the reader stops. */
export async function* pagesOf<Row>(source: PageSource<Row>, signal?: AbortSignal): AsyncGenerator<Page<Row>> {
  let after: string | null = null
  do {
    const page: Page<Row> = await source(after, signal)
    yield page
    if (page.next !== null && page.next === after) throw new Error("The server handed the same cursor back twice.")
    after = page.next
  } while (after !== null)
}

/** Every row in turn, over all pages. */
export async function* rowsOf<Row>(source: PageSource<Row>, signal?: AbortSignal): AsyncGenerator<Row> {
  for await (const page of pagesOf(source, signal)) yield* page.rows
}
