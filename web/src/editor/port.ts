/** The only way the editor reaches a server. Pages hand in the real one, tests a fake. */

import type { Annotation, WireAnnotation } from "./annotation.ts"
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

export type Decision = "accept" | "fix" | "reject"

export interface Verdict {
  readonly key: string
  readonly decision: Decision
  readonly reasons: readonly string[]
  readonly note: string
  /** The reviewer's version: what counts from now on for `accept` and `fix`. */
  readonly annotation: Annotation
  /** Time worked that the server has not confirmed. It counts no moment twice. */
  readonly beats: readonly Beat[]
}

/** Every method rejects with a PortError and nothing else. */
export interface EditorPort {
  /**
   * Keeps a draft, unless the server has one with a seq as large or larger. Resolves to the seq that the server has now:
   * another one than was sent means that someone else, or another tab, was first.
   */
  saveDraft(assignmentId: string, seq: number, annotation: Annotation, options?: SendOptions): Promise<{ seq: number }>
  /** The draft that the server has. */
  loadDraft(assignmentId: string): Promise<NewerDraft>
  beat(assignmentId: string, beats: readonly Beat[], options?: SendOptions): Promise<void>
  submit(assignmentId: string, handIn: HandIn): Promise<Handed>
  skip(assignmentId: string, skip: Skip): Promise<void>
  ask(assignmentId: string, question: Question): Promise<void>
  pause(assignmentId: string): Promise<void>
  resume(assignmentId: string): Promise<void>
  review(assignmentId: string, verdict: Verdict): Promise<void>
}

/**
 * `offline`: no answer. `busy`: come back later. `conflict`: the server's draft is newer. `invalid`: the
 * document has faults. `refused`: this assignment takes no more from us (lease over, withdrawn, signed out).
 */
export type PortErrorKind = "offline" | "busy" | "conflict" | "invalid" | "refused"

export interface NewerDraft {
  readonly seq: number
  readonly annotation: WireAnnotation
}

export class PortError extends Error {
  override readonly name = "PortError"

  constructor(
    readonly kind: PortErrorKind,
    message: string,
    readonly details: {
      readonly faults?: readonly Fault[]
      readonly retryAfter_ms?: number
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
