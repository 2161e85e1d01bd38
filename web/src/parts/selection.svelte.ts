import { SvelteSet } from "svelte/reactivity"

/**
 * Which rows or tiles are chosen, by key, with the gestures people know: one by one, a run from the last one touched,
 * all. Keys that are no longer listed stay chosen until `keep` drops them, so that loading another page loses nothing.
 */
export class Selection {
  readonly keys = new SvelteSet<string>()
  #anchor: string | null = null

  get size(): number {
    return this.keys.size
  }

  has(key: string): boolean {
    return this.keys.has(key)
  }

  toggle(key: string): void {
    if (!this.keys.delete(key)) this.keys.add(key)
    this.#anchor = key
  }

  /** Chooses this one alone. */
  only(key: string): void {
    this.keys.clear()
    this.keys.add(key)
    this.#anchor = key
  }

  /** Chooses the run from the last one touched to `key`, in the order of `listed`, beside what is chosen already. */
  extend(key: string, listed: readonly string[]): void {
    const to = listed.indexOf(key)
    const from = this.#anchor === null ? to : listed.indexOf(this.#anchor)
    if (to < 0) return
    const start = from < 0 ? to : from
    for (const between of listed.slice(Math.min(start, to), Math.max(start, to) + 1)) this.keys.add(between)
    if (from < 0 || this.#anchor === null) this.#anchor = key
  }

  /** Chooses all of `listed`, or none of them if they all are. */
  toggleAll(listed: readonly string[]): void {
    const all = listed.length > 0 && listed.every((key) => this.keys.has(key))
    for (const key of listed) {
      if (all) this.keys.delete(key)
      else this.keys.add(key)
    }
  }

  clear(): void {
    this.keys.clear()
    this.#anchor = null
  }

  /** Drops what is not in `existing`: after a deletion, say. */
  keep(existing: readonly string[]): void {
    const left = new Set(existing)
    for (const key of [...this.keys]) if (!left.has(key)) this.keys.delete(key)
  }
}
