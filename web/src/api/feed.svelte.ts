import { untrack } from "svelte"
import type { PageSource } from "./pages.ts"
import type { Problem } from "./problem.ts"
import { asProblem } from "./problem.ts"

/**
 * A list on screen that grows by pages: what is loaded, whether there is more, what went wrong. Fits a Table's `pager`.
 * A new query is a new feed, or `reload`; what the old one still had under way is dropped.
 */
export class Feed<Row> {
  rows = $state.raw<readonly Row[]>([])
  /** True until the first page is there, or has failed. */
  first = $state(true)
  pending = $state(false)
  more = $state(true)
  problem = $state.raw<Problem | null>(null)
  readonly #source: PageSource<Row>
  #next: string | null = null
  #running: AbortController | null = null

  constructor(source: PageSource<Row>) {
    this.#source = source
  }

  /** Loads the next page; nothing while one is on its way or after the last. */
  async load(): Promise<void> {
    // An effect that loads must not hang on what loading changes: it would run again without end.
    if (untrack(() => !this.pending && this.more)) await this.#page(this.#next)
  }

  /** Starts again from the first page. Rows stay on screen until the new ones are there. */
  async reload(): Promise<void> {
    this.stop()
    await this.#page(null)
  }

  async #page(after: string | null): Promise<void> {
    const running = new AbortController()
    this.#running = running
    this.pending = true
    this.problem = null
    try {
      const page = await this.#source(after, running.signal)
      if (running.signal.aborted) return
      this.rows = after === null ? page.rows : [...this.rows, ...page.rows]
      this.#next = page.next
      this.more = page.next !== null
    } catch (thrown) {
      if (running.signal.aborted) return
      this.problem = asProblem(thrown)
    }
    this.first = false
    this.pending = false
  }

  /** Ends what is under way: the page is going. */
  stop(): void {
    this.#running?.abort()
    this.#running = null
    this.pending = false
  }

  /** Changes one row in place, by `is`; for what the screen knows before the server tells. */
  put(is: (row: Row) => boolean, change: (row: Row) => Row): void {
    this.rows = this.rows.map((row) => (is(row) ? change(row) : row))
  }
}
