/** Endless undo and redo over a record store. One gesture is one step; only local changes enter. */

import type { KindTable } from "./kind.ts"
import { type PackedDiff, packed, unpacked } from "./packing.ts"
import { composed, type Diff, type RecordStore } from "./records.ts"

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

/** A step as it is kept. `merges`: its diff as it was made, if a next one may still become one with it. */
type Kept = Omit<Step, "diff"> & { readonly diff: PackedDiff; readonly merges: Diff | null }

export class History {
  readonly #store: RecordStore
  readonly #kinds: KindTable
  readonly #done: Kept[] = []
  readonly #undone: Kept[] = []

  constructor(store: RecordStore, kinds: KindTable = new Map()) {
    this.#store = store
    this.#kinds = kinds
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
    if (last?.merges && step.merge !== null && last.merge === step.merge && step.at - last.at <= MERGE_MS) {
      this.#done.pop()
      const diff = composed(last.merges, step.diff)
      if (diff.size > 0) this.#done.push({ ...step, diff, merges: diff, selectionBefore: last.selectionBefore })
      return
    }
    if (step.merge === null) this.#done.push({ ...step, diff: packed(step.diff, this.#kinds), merges: null })
    else this.#done.push({ ...step, merges: step.diff })
  }

  /** Takes the last step back and returns it, or null if there is none. */
  undo(): Omit<Step, "diff"> | null {
    return this.#move(this.#done, this.#undone, true)
  }

  /** Carries the last undone step out again and returns it, or null if there is none. */
  redo(): Omit<Step, "diff"> | null {
    return this.#move(this.#undone, this.#done, false)
  }

  #move(from: Kept[], to: Kept[], isBack: boolean): Kept | null {
    const step = from.pop()
    if (!step) return null
    to.push(step)
    this.#store.apply(unpacked(step.diff, this.#store, this.#kinds, isBack), "replay")
    return step
  }
}
