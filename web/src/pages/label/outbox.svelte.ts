/**
 * Finished work on its way to the server. What is handed in is put here first and stays, with its key, until the server
 * has said that it has it: through a lost network, a reload and a closed browser.
 */

import type { Annotation } from "#editor/annotation.ts"
import { asPortError, type Beat, type SendOptions, type Verdict } from "#editor/port.ts"

export interface HandedIn {
  readonly assignmentId: string
  readonly orgId: string
  /** Whose work it is: another person in this browser must not send it. */
  readonly personId: string
  /** What the item is called, for messages. */
  readonly name: string
  /** The same for every try: the server takes it once. */
  readonly key: string
  readonly annotation: Annotation
  /** What a reviewer decided; absent: the annotation is an answer. */
  readonly verdict?: Pick<Verdict, "decision" | "reasons" | "note" | "isChanged">
  /** Time worked that the server has not heard of yet. */
  readonly beats: readonly Beat[]
}

/** Where entries are kept, by assignment. */
export interface OutboxStore {
  all(): Promise<readonly HandedIn[]>
  put(entry: HandedIn): Promise<void>
  remove(assignmentId: string): Promise<void>
}

export interface OutboxParts {
  readonly store: OutboxStore
  readonly personId: string
  /** Sends one entry. Rejects with a PortError. */
  readonly send: (entry: HandedIn, options?: SendOptions) => Promise<void>
  /** An entry that the server will not take, told after the person went on to something else. */
  readonly onRefused: (entry: HandedIn, message: string) => void
}

/** So long a decision rests before it is sent, milliseconds: it can be taken back. */
export const REST_MS = 5000
/** What is longer, in characters, does not rest: the browser sends no more than 64 KiB for a page that is being closed. */
export const RESTING_MAX = 30_000

export class Outbox {
  /** What the server does not have yet. */
  waiting = $state.raw<readonly HandedIn[]>([])
  /** The last decision, while it rests. It is in `waiting`, too. */
  resting = $state.raw<HandedIn | null>(null)
  #rested: ReturnType<typeof setTimeout> | undefined
  /** The entry that is being taken back. */
  #returning: string | null = null
  readonly #parts: OutboxParts
  readonly #sending = new Map<string, Promise<void>>()

  constructor(parts: OutboxParts) {
    this.#parts = parts
  }

  /** Brings back what an earlier visit could not send. */
  async load(): Promise<void> {
    const kept = await this.#parts.store.all().catch(() => [])
    const mine = kept.filter((entry) => entry.personId === this.#parts.personId && !this.of(entry.assignmentId))
    this.waiting = [...mine, ...this.waiting]
  }

  of(assignmentId: string): HandedIn | undefined {
    return this.waiting.find((entry) => entry.assignmentId === assignmentId)
  }

  /** Keeps an entry. One that is there already keeps its key: it may have arrived without our hearing of it. */
  async put(entry: HandedIn): Promise<void> {
    const known = this.of(entry.assignmentId)
    const kept = known ? { ...entry, key: known.key } : entry
    this.waiting = [...this.waiting.filter((each) => each.assignmentId !== entry.assignmentId), kept]
    // Without storage it lasts as long as the page, and is sent all the same.
    await this.#parts.store.put(kept).catch(() => undefined)
  }

  /** Sends one entry; one that is on its way is not sent beside itself. Rejects with a PortError, and forgets what is refused. */
  deliver(assignmentId: string, options: SendOptions = {}): Promise<void> {
    const under = this.#sending.get(assignmentId)
    if (under) return under
    const delivery = this.#deliver(assignmentId, options).finally(() => this.#sending.delete(assignmentId))
    this.#sending.set(assignmentId, delivery)
    return delivery
  }

  /** Sends one entry and tells of it if it is refused. Never rejects. */
  async send(entry: HandedIn, options: SendOptions = {}): Promise<void> {
    await this.deliver(entry.assignmentId, options).catch((error: unknown) => this.failed(entry, error))
  }

  /**
   * Lets a decision that is kept already rest for REST_MS, in which it can be taken back; what rested before it is sent once
   * `quiet` has come.
   */
  rest(entry: HandedIn, quiet: Promise<void>): void {
    const before = this.#stir()
    if (before) void quiet.then(() => this.send(before))
    // What a closing page could not send must not wait for it.
    if (entry.verdict?.decision === "fix" && JSON.stringify(entry.annotation).length > RESTING_MAX) {
      void quiet.then(() => this.send(entry))
      return
    }
    this.resting = entry
    this.#rested = setTimeout(() => void this.release(), REST_MS)
  }

  /** Sends what rests, now. Never rejects. */
  async release(options: SendOptions = {}): Promise<void> {
    const entry = this.#stir()
    if (entry) await this.send(entry, options)
  }

  /**
   * Takes back the decision that rests: nobody ever hears of it once `bring` has fetched what is needed to go on with it.
   * Rejects with what `bring` throws; then the decision stands. Null: none rests.
   */
  async takeBack<T>(bring: (entry: HandedIn) => Promise<T>): Promise<T | null> {
    const entry = this.#stir()
    if (!entry) return null
    this.#returning = entry.assignmentId
    try {
      const brought = await bring(entry)
      await this.#forget(entry.assignmentId)
      return brought
    } catch (thrown) {
      this.#returning = null
      void this.send(entry)
      throw thrown
    } finally {
      this.#returning = null
    }
  }

  /** How many entries are on their way, or would be. */
  get due(): number {
    return this.waiting.length - (this.resting ? 1 : 0)
  }

  /** Ends the rest of what rests, and returns that. */
  #stir(): HandedIn | null {
    const { resting } = this
    clearTimeout(this.#rested)
    this.resting = null
    return resting
  }

  /** Sends everything that waits and does not rest; says of each that is refused. Never rejects. */
  async flush(): Promise<void> {
    for (const entry of this.waiting) {
      if (entry.assignmentId === this.resting?.assignmentId || entry.assignmentId === this.#returning) continue
      try {
        await this.deliver(entry.assignmentId)
      } catch (error) {
        this.failed(entry, error)
        if (asPortError(error).kind === "offline") return
      }
    }
  }

  /** Tells of an entry that the server will never take; what is only late is not news. */
  failed(entry: HandedIn, error: unknown): void {
    const { kind, message } = asPortError(error)
    if (kind === "refused" || kind === "invalid") this.#parts.onRefused(entry, message)
  }

  async #deliver(assignmentId: string, options: SendOptions): Promise<void> {
    const entry = this.of(assignmentId)
    if (!entry) return
    try {
      await this.#parts.send(entry, options)
    } catch (error) {
      const { kind } = asPortError(error)
      if (kind !== "offline" && kind !== "busy") await this.#forget(assignmentId)
      throw error
    }
    await this.#forget(assignmentId)
  }

  async #forget(assignmentId: string): Promise<void> {
    this.waiting = this.waiting.filter((entry) => entry.assignmentId !== assignmentId)
    await this.#parts.store.remove(assignmentId).catch(() => undefined)
  }
}

const STORE = "handed-in"

/** The browser's database: survives crashes, closed tabs and restarts. */
export class IndexedOutbox implements OutboxStore {
  readonly #factory: IDBFactory
  #opened: Promise<IDBDatabase> | null = null

  constructor(factory: IDBFactory) {
    this.#factory = factory
  }

  all(): Promise<readonly HandedIn[]> {
    return this.#do("readonly", (store) => store.getAll() as IDBRequest<HandedIn[]>)
  }

  async put(entry: HandedIn): Promise<void> {
    await this.#do("readwrite", (store) => store.put(entry))
  }

  async remove(assignmentId: string): Promise<void> {
    await this.#do("readwrite", (store) => store.delete(assignmentId))
  }

  async #do<T>(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    const transaction = (await this.#open()).transaction(STORE, mode)
    const request = ask(transaction.objectStore(STORE))
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result)
      transaction.onerror = () => reject(transaction.error)
      transaction.onabort = () => reject(transaction.error)
    })
  }

  #open(): Promise<IDBDatabase> {
    this.#opened ??= new Promise((resolve, reject) => {
      const request = this.#factory.open("fairmark-outbox", 1)
      request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "assignmentId" })
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => {
        this.#opened = null
        reject(request.error)
      }
    })
    return this.#opened
  }
}

/** Lasts as long as the page: for tests, and where the browser forbids storage. */
export class MemoryOutbox implements OutboxStore {
  readonly #entries = new Map<string, HandedIn>()

  async all(): Promise<readonly HandedIn[]> {
    return [...this.#entries.values()]
  }

  async put(entry: HandedIn): Promise<void> {
    this.#entries.set(entry.assignmentId, entry)
  }

  async remove(assignmentId: string): Promise<void> {
    this.#entries.delete(assignmentId)
  }
}
