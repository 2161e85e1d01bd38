/** The store of records. A change is a diff; undoing it is applying the diff reversed. */

import type { DocumentRecord } from "./annotation.ts"

/**
 * Where a change came from. `local`: the person's own gesture, undoable. `replay`: an undo or redo of one.
 * `remote`: the server's or another tab's document. `recovered`: unsent work found on this device.
 */
export type Origin = "local" | "replay" | "remote" | "recovered"

export interface Change {
  readonly before: DocumentRecord | null
  readonly after: DocumentRecord | null
}

/** Changes by record key. A record that did not change has no entry. */
export type Diff = ReadonlyMap<string, Change>

export type DiffListener = (diff: Diff, origin: Origin) => void

export function reversed(diff: Diff): Diff {
  const result = new Map<string, Change>()
  for (const [key, { before, after }] of diff) result.set(key, { before: after, after: before })
  return result
}

/** One diff that does what `first` and then `second` do. Changes that cancel out vanish. */
export function composed(first: Diff, second: Diff): Diff {
  const result = new Map(first)
  for (const [key, change] of second) {
    const before = first.has(key) ? (first.get(key) as Change).before : change.before
    if (before === change.after) result.delete(key)
    else result.set(key, { before, after: change.after })
  }
  return result
}

/** What a transaction may do. Reads see what it has written so far. */
export interface Transaction {
  get(key: string): DocumentRecord | undefined
  put(record: DocumentRecord): void
  delete(key: string): void
}

export class RecordStore {
  readonly #records = new Map<string, DocumentRecord>()
  readonly #listeners = new Set<DiffListener>()
  #orderMax = -1

  constructor(records: Iterable<DocumentRecord> = []) {
    for (const record of records) {
      this.#records.set(record.key, record)
      this.#orderMax = Math.max(this.#orderMax, record.order)
    }
  }

  get size(): number {
    return this.#records.size
  }

  get(key: string): DocumentRecord | undefined {
    return this.#records.get(key)
  }

  all(): Iterable<DocumentRecord> {
    return this.#records.values()
  }

  /** An order after that of every record so far. */
  nextOrder(): number {
    return this.#orderMax + 1
  }

  /** Runs `change`, tells the listeners once, and returns what changed. Nothing changes if `change` throws. */
  transact(origin: Origin, change: (transaction: Transaction) => void): Diff {
    const written = new Map<string, DocumentRecord | null>()
    change({
      get: (key) => (written.has(key) ? (written.get(key) ?? undefined) : this.#records.get(key)),
      put: (record) => void written.set(record.key, record),
      delete: (key) => void written.set(key, null),
    })
    const diff = new Map<string, Change>()
    for (const [key, after] of written) {
      const before = this.#records.get(key) ?? null
      if (before !== after) diff.set(key, { before, after })
    }
    this.apply(diff, origin)
    return diff
  }

  /** Brings every record named in `diff` to its `after`. */
  apply(diff: Diff, origin: Origin): void {
    if (diff.size === 0) return
    for (const [key, { after }] of diff) {
      if (after === null) this.#records.delete(key)
      else {
        this.#records.set(key, after)
        this.#orderMax = Math.max(this.#orderMax, after.order)
      }
    }
    for (const listener of this.#listeners) listener(diff, origin)
  }

  /** Calls `listener` after every change; returns how to stop it. */
  subscribe(listener: DiffListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
