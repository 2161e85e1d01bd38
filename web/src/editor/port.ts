/** The only way the editor reaches a server. Pages hand in the real one, tests a fake. */

import type { RunMask } from "#geometry/mask.ts"
import type { Annotation, WireAnnotation } from "./annotation.ts"
import type { Place, Said, Thread } from "./threads.ts"
import type { Fault } from "./validation.ts"

/** Work done from `from` to `to`, milliseconds since 1970 (UTC). Half-open; beats of one editor never overlap. */
export interface Beat {
  readonly from: number
  readonly to: number
}

export interface SendOptions {
  /** The page is going away: send so that the request outlives it. */
  readonly keepalive?: boolean
}

/** `key` makes handing in twice the same as once. */
export interface HandIn {
  readonly key: string
  readonly annotation: Annotation
  /** Time worked that the server has not confirmed. It counts no moment twice. */
  readonly beats: readonly Beat[]
}

export interface Skip {
  readonly reason: string
  readonly note: string
}

export interface Question {
  readonly text: string
  /** The marks it is about; empty for the item as a whole. */
  readonly marks: readonly string[]
}

/** What was handed in is on its way, or there. */
export interface Handed {
  /** Resolves once it outlasts the page: until then the draft must. */
  readonly kept: Promise<void>
}

/** A model that can be asked what it sees. */
export interface ModelChoice {
  readonly id: string
  readonly title: string
}

/** What a model sees, the surest first; `version`: which one of its name it is, empty where nobody says. */
export interface ModelAnswer {
  readonly masks: readonly ModelMask[]
  readonly version: string
}

/** What is pointed at on an asset, image pixels: on the thing, or beside it; the corners of a box. */
export interface ModelQuestion {
  readonly model: string
  readonly asset: number
  readonly points: readonly { readonly x: number; readonly y: number; readonly on: boolean }[]
  readonly box: readonly [left: number, top: number, right: number, bottom: number] | null
}

/** A mask that a model sees, and how sure it is, 0 to 1. */
export interface ModelMask extends RunMask {
  readonly score: number
}

export type Decision = "accept" | "fix" | "reject"

export interface Verdict {
  readonly key: string
  readonly decision: Decision
  readonly reasons: readonly string[]
  readonly note: string
  /** The reviewer's version: what counts from now on for `accept` and `fix`. */
  readonly annotation: Annotation
  /** Whether the reviewer changed something on this visit. */
  readonly isChanged: boolean
  /** Time worked that the server has not confirmed. It counts no moment twice. */
  readonly beats: readonly Beat[]
}

/** The last decision, of which nobody has heard yet. */
export interface Resting {
  /** What its item is called. */
  readonly name: string
  readonly decision: Decision
}

export interface DraftToKeep {
  /** One more than `base`. */
  readonly seq: number
  /** The seq of the draft that this was built upon; 0: of none. */
  readonly base: number
  readonly annotation: Annotation
  /** What it replaces was not built upon: it shall be kept beside. */
  readonly keepReplaced: boolean
}

/** Every method rejects with a PortError and nothing else. */
export interface EditorPort {
  /** What drafts saved here say they come from; the tabs of one browser are one device. */
  readonly device: string
  /** Which device saved the draft that the editor was opened with; empty where there was none. */
  readonly openedDevice: string
  /** Keeps a draft. Rejects with a conflict that brings the server's, if that is another one than it was built upon. */
  saveDraft(assignmentId: string, draft: DraftToKeep, options?: SendOptions): Promise<void>
  /** The draft that the server has. */
  loadDraft(assignmentId: string): Promise<NewerDraft>
  beat(assignmentId: string, beats: readonly Beat[], options?: SendOptions): Promise<void>
  submit(assignmentId: string, handIn: HandIn): Promise<Handed>
  skip(assignmentId: string, skip: Skip): Promise<void>
  ask(assignmentId: string, question: Question): Promise<void>
  pause(assignmentId: string): Promise<void>
  resume(assignmentId: string): Promise<void>
  review(assignmentId: string, verdict: Verdict): Promise<Handed>
  /** The last decision while it can be taken back, as a signal that components follow; null, or absent: there is none. */
  readonly resting?: Resting | null
  /** Brings the task of the last decision back on screen; false if that decision is on its way already. */
  takeBack?(): Promise<boolean>
  /** What was said about the task; absent: the server keeps no threads. */
  threads?(assignmentId: string): Promise<readonly Thread[]>
  /** Says something, however long the network is away: once it is called it is kept. Rejects if it is refused. */
  speak?(assignmentId: string, said: Said): Promise<Thread>
  /** What was said here and the server does not have yet. */
  unsaid?(assignmentId: string): readonly Said[]
  settleThread?(assignmentId: string, threadId: string, isSettled: boolean): Promise<Thread>
  placeThread?(assignmentId: string, threadId: string, asset: number, at: Place): Promise<void>
  /** The models that can be asked; absent: there are none here. */
  models?(): Promise<readonly ModelChoice[]>
  askModel?(assignmentId: string, question: ModelQuestion): Promise<ModelAnswer>
}

/**
 * `offline`: no answer. `busy`: come back later. `conflict`: the server has another draft, `details.there`. `invalid`: the
 * document has faults. `refused`: this assignment takes no more from us (lease over, withdrawn, signed out).
 */
export type PortErrorKind = "offline" | "busy" | "conflict" | "invalid" | "refused"

/** The draft that the server has. `seq` 0: it has none. */
export interface NewerDraft {
  readonly seq: number
  readonly annotation: WireAnnotation
  readonly device: string
  /** When, as ISO text; null: not known. */
  readonly savedAt: string | null
}

export class PortError extends Error {
  override readonly name = "PortError"

  constructor(
    readonly kind: PortErrorKind,
    message: string,
    readonly details: {
      readonly faults?: readonly Fault[]
      readonly retryAfter_ms?: number
      readonly there?: NewerDraft
    } = {},
  ) {
    super(message)
  }
}

/** Anything thrown, as a PortError: what is none counts as a lost network. */
export function asPortError(error: unknown): PortError {
  return error instanceof PortError ? error : new PortError("offline", String(error))
}

/** The passing of time, handed in so that tests need not wait. */
export interface Clock {
  /** Milliseconds since 1970, never going back. */
  now(): number
  /** Calls `then` after `delay_ms`; returns how to call it off. */
  after(delay_ms: number, then: () => void): () => void
}

export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  after: (delay_ms, then) => {
    const timer = setTimeout(then, delay_ms)
    return () => clearTimeout(timer)
  },
}
