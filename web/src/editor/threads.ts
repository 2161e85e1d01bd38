/**
 * What people say to one another about marks and places of an item: threads of comments. What is being written outlasts
 * the page, and so does what has been sent off and is not there yet.
 */

import type { Mark } from "./annotation.ts"
import { newId } from "./ids.ts"
import { boundsOf } from "./kind.ts"
import { asPortError, type EditorPort } from "./port.ts"
import type { Session } from "./session.ts"
import { Topics } from "./topics.ts"

/** Nobody is named: one hears in what part somebody speaks. */
export type Speaker = "you" | "labeler" | "reviewer" | "lead"

export interface Comment {
  readonly id: string
  readonly by: Speaker
  /** The pseudonym of who works here, where the reader may know it. */
  readonly worker?: string | null
  readonly text: string
  /** When, as ISO text. */
  readonly at: string
}

/** Pixels of the upright image. */
export interface Place {
  readonly x: number
  readonly y: number
}

/** What a thread is about: a mark, or a place, or with neither the item as a whole. */
export interface Pin {
  readonly asset: number
  readonly markId: string | null
  /** The place, or where the thread stands when its mark is gone. */
  readonly at: Place | null
}

export interface Thread extends Pin {
  readonly id: string
  readonly comments: readonly Comment[]
  /** Who settled it; null while it is open. */
  readonly settledBy: Speaker | null
}

/** A comment on its way. `key` makes sending it twice the same as once. */
export interface Said {
  readonly key: string
  /** Null: it begins a thread, at `pin`. */
  readonly threadId: string | null
  readonly pin: Pin
  readonly text: string
}

export interface ThreadsParts {
  readonly session: Session
  readonly port: EditorPort
  readonly assignmentId: string
  /** Where what is being written is kept; null: it lasts as long as the page. */
  readonly storage: Pick<Storage, "getItem" | "setItem" | "removeItem"> | null
  /** Whether anything may have been said: if not, nobody is asked. */
  readonly mayHave: boolean
}

export const TEXT_MAX = 2000

/** The threads of an assignment; null where the server keeps none. */
export function threadsOf(parts: ThreadsParts): Threads | null {
  return parts.port.threads ? new Threads(parts) : null
}

export class Threads {
  readonly topics = new Topics<"threads">()
  readonly #parts: ThreadsParts
  list: readonly Thread[] = []
  /** What has been sent off and is not there yet. */
  sending: readonly Said[] = []
  /** The thread that is looked at, or null. */
  open: string | null = null
  /** Where a new thread is being written, or null. */
  fresh: Pin | null = null
  /** Why a comment was not taken, or null. */
  problem: string | null = null
  #texts: Record<string, string> = {}
  /** Where threads stand whose mark went away here: an answer that was under way then does not know of it. */
  readonly #left = new Map<string, { readonly asset: number; readonly at: Place }>()

  constructor(parts: ThreadsParts) {
    this.#parts = parts
    this.#recall()
  }

  get #kept(): string {
    return `fairmark.comment.${this.#parts.assignmentId}`
  }

  /** Fetches the threads, and sends what an earlier visit could not. */
  async load(): Promise<void> {
    const { port, assignmentId, mayHave } = this.#parts
    const unsaid = port.unsaid?.(assignmentId) ?? []
    for (const said of unsaid) void this.#send(said)
    if (!mayHave && unsaid.length === 0) return
    const before = this.list
    try {
      const found = (await port.threads?.(assignmentId)) ?? []
      // What was said meanwhile is newer than this answer, which may not know of it.
      const newer = this.list.filter((thread) => !before.includes(thread))
      this.#setList([...found.filter(({ id }) => !newer.some((each) => each.id === id)), ...newer])
    } catch (error) {
      this.#parts.session.say(`The comments could not be fetched. ${asPortError(error).message}`, true)
    }
  }

  /** Follows the marks; returns how to stop. */
  watch(): () => void {
    return this.#parts.session.store.subscribe((diff) => {
      let isDue = false
      for (const { before, after } of diff.values()) {
        if ((before ?? after)?.type !== "mark") continue
        const { id } = ((before ?? after) as { mark: Mark }).mark
        if (!this.list.some(({ markId }) => markId === id)) continue
        isDue = true
        if (before?.type === "mark" && !after) this.#markIsGone(before.mark)
      }
      if (isDue) this.topics.tell("threads")
    })
  }

  /** Where a thread stands now: at its mark, else at its own place; null for the item as a whole. */
  placeOf({ asset, markId, at }: Pin): (Place & { readonly asset: number }) | null {
    const { session } = this.#parts
    const mark = markId === null ? undefined : session.mark(markId)
    const box = mark && boundsOf(session.kinds, mark)
    if (mark && box) return { asset: mark.asset, x: box.x, y: box.y }
    return at && { asset, ...at }
  }

  find(id: string | null): Thread | null {
    return this.list.find((thread) => thread.id === id) ?? null
  }

  look(id: string | null): void {
    this.open = id
    this.topics.tell("threads")
  }

  /** The next open thread, round and round; with `by` -1 the one before. Null if none is open. */
  next(by: 1 | -1): Thread | null {
    const open = this.list.filter(({ settledBy }) => settledBy === null)
    const at = open.findIndex(({ id }) => id === this.open)
    const from = at < 0 && by < 0 ? 0 : at
    const found = open[(from + by + open.length) % Math.max(1, open.length)] ?? null
    if (found) this.look(found.id)
    return found
  }

  /** Begins to write a new thread. */
  begin(pin: Pin): void {
    this.fresh = pin
    this.open = null
    this.#keep()
  }

  /** Gives up the new thread. */
  drop(): void {
    this.fresh = null
    this.problem = null
    this.#write("", "")
  }

  /** What is being written in a thread, or with null in the new one. */
  textOf(id: string | null): string {
    return this.#texts[id ?? ""] ?? ""
  }

  write(id: string | null, text: string): void {
    this.#write(id ?? "", text)
  }

  /** Sends what has been written in a thread, or with null the new one. */
  async send(id: string | null): Promise<void> {
    const text = this.textOf(id).trim().slice(0, TEXT_MAX)
    const pin = id === null ? this.fresh : this.find(id)
    if (text === "" || !pin) return
    const { asset, markId, at } = pin
    if (id === null) this.fresh = null
    this.#write(id ?? "", "")
    await this.#send({ key: newId(), threadId: id, pin: { asset, markId, at }, text })
  }

  /** Settles a thread, or opens it again. */
  async settle(id: string, isSettled: boolean): Promise<void> {
    const { port, assignmentId, session } = this.#parts
    const before = this.find(id)
    if (!before || !port.settleThread) return
    this.#put({ ...before, settledBy: isSettled ? "you" : null })
    try {
      this.#put(await port.settleThread(assignmentId, id, isSettled))
    } catch (error) {
      this.#put(before)
      session.say(asPortError(error).message, true)
    }
  }

  async #send(said: Said): Promise<void> {
    const { port, assignmentId } = this.#parts
    this.problem = null
    this.sending = [...this.sending, said]
    this.topics.tell("threads")
    try {
      const thread = await port.speak?.(assignmentId, said)
      this.#sent(said)
      if (thread) this.#put(thread)
      if (thread && said.threadId === null && this.fresh === null) this.look(thread.id)
    } catch (error) {
      this.#sent(said)
      this.problem = asPortError(error).message
      // What was not taken is there to be changed and sent again.
      if (said.threadId === null) this.fresh = said.pin
      this.#write(said.threadId ?? "", this.textOf(said.threadId) || said.text)
    }
  }

  #sent(said: Said): void {
    this.sending = this.sending.filter(({ key }) => key !== said.key)
    this.topics.tell("threads")
  }

  #markIsGone(mark: Mark): void {
    const { port, assignmentId, session } = this.#parts
    const box = boundsOf(session.kinds, mark)
    if (!box) return
    const [asset, at] = [mark.asset, { x: box.x, y: box.y }]
    for (const thread of this.list) {
      if (thread.markId !== mark.id) continue
      this.#left.set(thread.id, { asset, at })
      // Should it not arrive, the thread stands where it was when it was begun.
      port.placeThread?.(assignmentId, thread.id, asset, at).catch(() => undefined)
    }
    this.list = this.#inPlace(this.list)
  }

  #put(thread: Thread): void {
    const isKnown = this.list.some(({ id }) => id === thread.id)
    this.#setList(isKnown ? this.list.map((each) => (each.id === thread.id ? thread : each)) : [...this.list, thread])
  }

  #setList(list: readonly Thread[]): void {
    this.list = this.#inPlace(list)
    this.topics.tell("threads")
  }

  #inPlace(list: readonly Thread[]): readonly Thread[] {
    return list.map((thread) => {
      const left = this.#left.get(thread.id)
      return left ? { ...thread, ...left } : thread
    })
  }

  #write(id: string, text: string): void {
    const { [id]: _, ...others } = this.#texts
    this.#texts = text === "" ? others : { ...others, [id]: text }
    this.#keep()
  }

  #keep(): void {
    const { storage } = this.#parts
    try {
      if (this.fresh === null && Object.keys(this.#texts).length === 0) storage?.removeItem(this.#kept)
      else storage?.setItem(this.#kept, JSON.stringify({ fresh: this.fresh, texts: this.#texts }))
    } catch {
      // A full or forbidden storage costs what is being written its next visit, not this one.
    }
    this.topics.tell("threads")
  }

  #recall(): void {
    try {
      const kept = JSON.parse(this.#parts.storage?.getItem(this.#kept) ?? "{}")
      this.fresh = kept.fresh ?? null
      this.#texts = kept.texts ?? {}
    } catch {
      // Unreadable: as if nothing had been written.
    }
  }
}
