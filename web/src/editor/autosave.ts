/**
 * Keeps every gesture: first on this device, then on the server, through lost networks, crashes and newer drafts.
 *
 * `pending` holds the records changed here since the server last took a draft. It is what a crash must not lose, and
 * also all that is needed to lay local work over a newer draft of the server: no third document to compare with.
 *
 * Every draft names the one that it was built upon. Where the server has another: one of another tab is taken over; one of
 * another device, with work here that it does not know of, is a `rival`, and the person chooses.
 */

import { readAnnotation, type WireAnnotation, writeAnnotation } from "./annotation.ts"
import { asPortError, type Clock, type EditorPort, type NewerDraft, type PortError, type SendOptions } from "./port.ts"
import type { Change, Diff, Origin, RecordStore } from "./records.ts"
import type { Shelf } from "./shelf.ts"

/** A draft goes to the server this long after a change, or after so many changed records, whichever is first. */
export const SEND_AFTER_MS = 2000
export const SEND_AFTER_CHANGES = 20
/** Large documents are sent less often: ten times as long as the last one took. */
const REST_PER_SENDING = 10
const RETRY_FIRST_MS = 1000
const RETRY_MAX_MS = 60_000

/**
 * `saved`: the server has everything. `waiting`: kept here, sent in a moment. `saving`: on its way. `offline`: kept
 * here, tried again by itself. `refused`: the server takes no more; `message` says why.
 * `apart`: kept here; there is a rival, and nothing is sent until the person has chosen.
 */
export interface SaveState {
  readonly name: "saved" | "waiting" | "saving" | "offline" | "refused" | "apart"
  readonly message: string
  /** False where the browser keeps nothing: then only what the server has is safe. */
  readonly isKeptHere: boolean
}

/** What counts from now on: the work of this device, that of the other one, or both laid over one another. */
export type Choice = "here" | "there" | "both"

export interface AutosaveParts {
  readonly port: EditorPort
  readonly shelf: Shelf
  readonly clock: Clock
  readonly assignmentId: string
  readonly store: RecordStore
  /** The seq of the draft that the store was filled from; 0 if there was none. */
  readonly seq: number
  readonly onState: (state: SaveState) => void
  /** Numbers in [0, 1) that keep the retries of many editors apart. */
  readonly random?: () => number
}

export class Autosave {
  readonly #parts: AutosaveParts
  readonly #pending = new Map<string, number>()
  readonly #unshelved = new Set<string>()
  readonly #unsubscribe: () => void
  #seq: number
  #stamp = 0
  #changesSinceSending = 0
  #callOff: (() => void) | null = null
  #sending: Promise<void> | null = null
  #shelving: Promise<void> | null = null
  #failures = 0
  #restUntil = 0
  #isKeptHere = true
  #isRefused = false
  #rival: NewerDraft | null = null
  /** The next draft replaces one that it was not built upon. */
  #replaces = false
  /** Something is to be said to the server although nothing has changed since it last took a draft. */
  #owes = false
  state: SaveState = { name: "saved", message: "", isKeptHere: true }

  constructor(parts: AutosaveParts) {
    this.#parts = parts
    this.#seq = parts.seq
    this.#unsubscribe = parts.store.subscribe((diff, origin) => this.#note(diff, origin))
  }

  /** The seq of the last draft the server took. */
  get seq(): number {
    return this.#seq
  }

  /** The draft of another device that was met, until the person has chosen. */
  get rival(): NewerDraft | null {
    return this.#rival
  }

  /** The keys of the records that the server does not have yet. */
  get pending(): Iterable<string> {
    return this.#pending.keys()
  }

  /** Lays unsent work of an earlier visit over the store; true if there was any. Call once, before the first gesture. */
  async recover(): Promise<boolean> {
    const { shelf, assignmentId, store } = this.#parts
    try {
      const shelved = await shelf.load(assignmentId)
      const diff = new Map<string, Change>()
      for (const [key, after] of shelved) {
        const before = store.get(key) ?? null
        if (before !== null || after !== null) diff.set(key, { before, after })
      }
      store.apply(diff, "recovered")
      const { device, openedDevice } = this.#parts.port
      // What is laid over another device's draft did not know of it: that one is kept beside.
      this.#replaces = diff.size > 0 && openedDevice !== "" && openedDevice !== device
      return diff.size > 0
    } catch {
      this.#lostShelf()
      return false
    }
  }

  /** Sends what is pending now. Resolves when the server has it or has failed to take it; never rejects. */
  async flush(options: SendOptions = {}): Promise<void> {
    await this.#shelve()
    while (this.#sending) await this.#sending
    if ((this.#pending.size > 0 || this.#owes) && this.#maySend) await this.#send(options)
  }

  /** Another tab has saved draft `seq`: what it changed is taken over, where nothing was changed here. */
  async overtaken(seq: number): Promise<void> {
    while (this.#sending) await this.#sending
    if (seq > this.#seq && this.#maySend) await this.#meet(null)
  }

  /** The person comes back to this device: true if another one went on meanwhile, and that was taken over. */
  async lookAgain(): Promise<boolean> {
    while (this.#sending) await this.#sending
    if (!this.#maySend) return false
    const there = await this.#parts.port.loadDraft(this.#parts.assignmentId).catch(() => null)
    if (!there || there.seq === 0 || there.seq === this.#seq || this.#sending) return false
    await this.#meet(there)
    return this.#rival === null && there.device !== this.#parts.port.device
  }

  /** The person has chosen. For `there`, the store holds the rival's document already, as a gesture of theirs. */
  async settle(choice: Choice): Promise<void> {
    const rival = this.#rival
    if (!rival) return
    this.#rival = null
    this.#seq = rival.seq
    this.#owes = true
    this.#replaces = choice === "here"
    if (choice === "both") this.#rebase(rival.annotation)
    this.#show("waiting")
    await this.flush()
  }

  get #maySend(): boolean {
    return !this.#isRefused && this.#rival === null
  }

  /** The browser says the network is back: no use in waiting for the next retry. */
  networkIsBack(): void {
    if (this.state.name === "offline") void this.flush()
  }

  /** The work has been handed in: nothing of it needs keeping here, once it is `kept` elsewhere. */
  async finish(kept: Promise<void> = Promise.resolve()): Promise<void> {
    this.stop()
    this.#pending.clear()
    this.#unshelved.clear()
    await kept
    await this.#shelving
    await this.#parts.shelf.clear(this.#parts.assignmentId).catch(() => undefined)
    this.#show("saved")
  }

  stop(): void {
    this.#unsubscribe()
    this.#callOff?.()
    this.#callOff = null
  }

  #note(diff: Diff, origin: Origin): void {
    if (origin === "remote") return
    this.#stamp += 1
    for (const key of diff.keys()) {
      this.#pending.set(key, this.#stamp)
      this.#unshelved.add(key)
    }
    this.#changesSinceSending += diff.size
    void this.#shelve()
    if (!this.#maySend) return
    if (this.state.name !== "offline") this.#show(this.#sending ? "saving" : "waiting")
    if (this.#failures === 0) this.#schedule()
  }

  #schedule(): void {
    if (this.#sending) return
    const now = this.#parts.clock.now()
    const wait = this.#changesSinceSending >= SEND_AFTER_CHANGES ? 0 : SEND_AFTER_MS
    if (this.#callOff && wait > 0) return
    this.#after(Math.max(wait, this.#restUntil - now))
  }

  #after(delay_ms: number): void {
    this.#callOff?.()
    this.#callOff = this.#parts.clock.after(delay_ms, () => {
      this.#callOff = null
      void this.flush()
    })
  }

  /** Writes changed records to the shelf, one write at a time; what changes meanwhile goes with the next. */
  async #shelve(): Promise<void> {
    while (this.#shelving) await this.#shelving
    if (this.#unshelved.size === 0 || !this.#isKeptHere) return
    const { shelf, assignmentId, store } = this.#parts
    const changed = new Map([...this.#unshelved].map((key) => [key, store.get(key) ?? null]))
    this.#unshelved.clear()
    this.#shelving = shelf
      .keep(assignmentId, changed, [])
      .catch(() => this.#lostShelf())
      .finally(() => {
        this.#shelving = null
      })
    await this.#shelving
  }

  #send(options: SendOptions): Promise<void> {
    this.#callOff?.()
    this.#callOff = null
    this.#sending = this.#sendOnce(options).finally(() => {
      this.#sending = null
      if (this.#pending.size > 0 && this.#failures === 0 && this.#maySend && !this.#callOff) this.#schedule()
    })
    return this.#sending
  }

  async #sendOnce(options: SendOptions): Promise<void> {
    const { port, clock, assignmentId, store } = this.#parts
    const stamp = this.#stamp
    const began = clock.now()
    this.#changesSinceSending = 0
    this.#show("saving")
    const draft = { seq: this.#seq + 1, base: this.#seq, annotation: writeAnnotation(store.all()) }
    try {
      await port.saveDraft(assignmentId, { ...draft, keepReplaced: this.#replaces }, options)
      this.#seq = draft.seq
      this.#replaces = false
      this.#owes = false
      this.#failures = 0
      this.#restUntil = clock.now() + REST_PER_SENDING * (clock.now() - began)
      await this.#forgetSent(stamp)
      this.#show(this.#pending.size === 0 ? "saved" : "waiting")
    } catch (error) {
      const why = asPortError(error)
      if (why.kind === "conflict") await this.#meet(why.details.there ?? null)
      else this.#failed(why)
    }
  }

  /**
   * The server has another draft than this was built upon. Another tab's is taken over where nothing was changed here,
   * then what both make is sent; another device's too, if nothing was changed here at all.
   */
  async #meet(met: NewerDraft | null): Promise<void> {
    const { port, assignmentId } = this.#parts
    try {
      const there = met ?? (await port.loadDraft(assignmentId))
      if (there.device !== port.device && this.#pending.size > 0) {
        this.#rival = there
        this.#callOff?.()
        this.#callOff = null
        this.#show("apart")
        return
      }
      this.#seq = there.seq
      this.#rebase(there.annotation)
      this.#show(this.#pending.size === 0 ? "saved" : "waiting")
      if (this.#pending.size > 0) this.#after(0)
    } catch (error) {
      this.#failed(asPortError(error))
    }
  }

  async #forgetSent(stamp: number): Promise<void> {
    const sent = [...this.#pending].filter(([, changed]) => changed <= stamp).map(([key]) => key)
    for (const key of sent) this.#pending.delete(key)
    while (this.#shelving) await this.#shelving
    const { shelf, assignmentId } = this.#parts
    // A record changed again while its older version was on the way stays pending, and so stays on the shelf.
    const gone = sent.filter((key) => !this.#pending.has(key))
    if (this.#isKeptHere) await shelf.keep(assignmentId, new Map(), gone).catch(() => this.#lostShelf())
  }

  #failed(error: PortError): void {
    if (error.kind === "refused" || error.kind === "invalid") {
      this.#isRefused = error.kind === "refused"
      this.#show("refused", error.message)
      return
    }
    this.#failures += 1
    const backOff = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** (this.#failures - 1))
    const spread = 0.75 + 0.5 * this.#random()
    this.#show("offline", error.message)
    this.#after(Math.max(error.details.retryAfter_ms ?? 0, backOff * spread))
  }

  /** Takes over the server's newer draft, record by record, but for the records changed here. */
  #rebase(annotation: WireAnnotation): void {
    const { store } = this.#parts
    const theirs = new Map(readAnnotation(annotation).map((record) => [record.key, record]))
    const diff = new Map<string, Change>()
    for (const [key, after] of theirs) {
      if (!this.#pending.has(key)) diff.set(key, { before: store.get(key) ?? null, after })
    }
    for (const before of store.all()) {
      if (!theirs.has(before.key) && !this.#pending.has(before.key)) diff.set(before.key, { before, after: null })
    }
    store.apply(diff, "remote")
  }

  #lostShelf(): void {
    this.#isKeptHere = false
    this.#show(this.state.name, this.state.message)
  }

  #random(): number {
    return (this.#parts.random ?? Math.random)()
  }

  #show(name: SaveState["name"], message = ""): void {
    const next = { name, message, isKeptHere: this.#isKeptHere }
    const same = next.name === this.state.name && next.message === this.state.message
    if (same && next.isKeptHere === this.state.isKeptHere) return
    this.state = next
    this.#parts.onState(next)
  }
}
