/** Endless undo and redo over a record store. One gesture is one step; only local changes enter. */

import { composed, type Diff, type RecordStore, reversed } from "./records.ts"

/** Steps with the same `merge` key this close together, in milliseconds, become one: nudges, typing, a slider's way. */
export const MERGE_MS = 1000

export interface Step {
  readonly label: string
  readonly diff: Diff
  readonly selectionBefore: ReadonlySet<string>
  readonly selectionAfter: ReadonlySet<string>
  readonly merge: string | null
  readonly at: number
}

export class History {
  readonly #store: RecordStore
  readonly #done: Step[] = []
  readonly #undone: Step[] = []

  constructor(store: RecordStore) {
    this.#store = store
  }

  /** What the next undo takes back, or null. */
  get undoLabel(): string | null {
    return this.#done.at(-1)?.label ?? null
  }

  get redoLabel(): string | null {
    return this.#undone.at(-1)?.label ?? null
  }

  get depth(): number {
    return this.#done.length
  }

  /** Notes a step already carried out. Empty steps are left out; a new step forgets what was undone. */
  add(step: Step): void {
    if (step.diff.size === 0) return
    this.#undone.length = 0
    const last = this.#done.at(-1)
    if (last && step.merge !== null && last.merge === step.merge && step.at - last.at <= MERGE_MS) {
      this.#done.pop()
      const diff = composed(last.diff, step.diff)
      if (diff.size > 0) this.#done.push({ ...step, diff, selectionBefore: last.selectionBefore })
      return
    }
    this.#done.push(step)
  }

  /** Takes the last step back and returns it, or null if there is none. */
  undo(): Step | null {
    const step = this.#done.pop()
    if (!step) return null
    this.#undone.push(step)
    this.#store.apply(reversed(step.diff), "replay")
    return step
  }

  /** Carries the last undone step out again and returns it, or null if there is none. */
  redo(): Step | null {
    const step = this.#undone.pop()
    if (!step) return null
    this.#done.push(step)
    this.#store.apply(step.diff, "replay")
    return step
  }
}
