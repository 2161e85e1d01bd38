/**
 * Unsent work kept on this device: the records changed since the server last took a draft, not whole documents, so
 * that keeping one gesture among 10,000 marks costs one record.
 */

import type { DocumentRecord } from "./annotation.ts"

/** What a record became; null if it was deleted. */
export type Shelved = ReadonlyMap<string, DocumentRecord | null>

export interface Shelf {
  load(assignmentId: string): Promise<Shelved>
  /** Puts `changed` over what is there and forgets `sent`, in one transaction. */
  keep(assignmentId: string, changed: Shelved, sent: Iterable<string>): Promise<void>
  clear(assignmentId: string): Promise<void>
}

/** A shelf that lasts as long as the page: for tests, and where the browser forbids storage. */
export class MemoryShelf implements Shelf {
  readonly #drafts = new Map<string, Map<string, DocumentRecord | null>>()

  async load(assignmentId: string): Promise<Shelved> {
    return new Map(this.#drafts.get(assignmentId))
  }

  async keep(assignmentId: string, changed: Shelved, sent: Iterable<string>): Promise<void> {
    const draft = this.#drafts.get(assignmentId) ?? new Map<string, DocumentRecord | null>()
    for (const key of sent) draft.delete(key)
    for (const [key, record] of changed) draft.set(key, record)
    this.#drafts.set(assignmentId, draft)
  }

  async clear(assignmentId: string): Promise<void> {
    this.#drafts.delete(assignmentId)
  }
}

const STORE = "records"

/** A shelf in the browser's database; survives crashes, closed tabs and restarts. */
export class IndexedShelf implements Shelf {
  readonly #factory: IDBFactory
  readonly #name: string
  #opened: Promise<IDBDatabase> | null = null

  constructor(factory: IDBFactory, name = "fairmark-drafts") {
    this.#factory = factory
    this.#name = name
  }

  async load(assignmentId: string): Promise<Shelved> {
    const store = (await this.#open()).transaction(STORE, "readonly").objectStore(STORE)
    const rows = (await answer(store.getAll(rangeOf(assignmentId)))) as { key: string; record: DocumentRecord | null }[]
    return new Map(rows.map((row) => [row.key, row.record]))
  }

  async keep(assignmentId: string, changed: Shelved, sent: Iterable<string>): Promise<void> {
    const transaction = (await this.#open()).transaction(STORE, "readwrite")
    const store = transaction.objectStore(STORE)
    for (const key of sent) store.delete([assignmentId, key])
    for (const [key, record] of changed) store.put({ assignmentId, key, record })
    await completion(transaction)
  }

  async clear(assignmentId: string): Promise<void> {
    const transaction = (await this.#open()).transaction(STORE, "readwrite")
    transaction.objectStore(STORE).delete(rangeOf(assignmentId))
    await completion(transaction)
  }

  #open(): Promise<IDBDatabase> {
    this.#opened ??= new Promise((resolve, reject) => {
      const request = this.#factory.open(this.#name, 1)
      request.onupgradeneeded = () => {
        request.result.createObjectStore(STORE, { keyPath: ["assignmentId", "key"] })
      }
      request.onerror = () => {
        this.#opened = null
        reject(request.error)
      }
      request.onsuccess = () => {
        // Another tab may want to upgrade or delete the database; holding on would block it.
        request.result.onversionchange = () => {
          request.result.close()
          this.#opened = null
        }
        resolve(request.result)
      }
    })
    return this.#opened
  }
}

function rangeOf(assignmentId: string): IDBKeyRange {
  return IDBKeyRange.bound([assignmentId], [assignmentId, []])
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

function completion(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onerror = () => reject(transaction.error)
    transaction.onabort = () => reject(transaction.error)
  })
}
