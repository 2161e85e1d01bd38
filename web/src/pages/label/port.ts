/** The editor's way to the server: its methods as requests, the server's errors as the editor's. */

import { ApiError } from "#api/problem.ts"
import type { components, paths } from "#api/schema.d.ts"
import type { Api } from "#api/typed.ts"
import type { Annotation, WireAnnotation } from "#editor/annotation.ts"
import {
  type Beat,
  type DraftToKeep,
  type EditorPort,
  type Handed,
  type HandIn,
  type ModelAnswer,
  type ModelChoice,
  type ModelQuestion,
  type NewerDraft,
  PortError,
  type PortErrorKind,
  type Question,
  type Resting,
  type SendOptions,
  type Skip,
  type Verdict,
} from "#editor/port.ts"
import type { Place, Said, Thread } from "#editor/threads.ts"
import type { Fault } from "#editor/validation.ts"
import { threadOf } from "#parts/threads.ts"
import { afterPaint } from "./afterPaint.ts"
import type { Letter, Mailbox } from "./mailbox.ts"
import type { HandedIn, Outbox } from "./outbox.svelte.ts"
import { inOrg } from "./server.ts"

type WireBeat = components["schemas"]["Beat"]
type WireDocument = components["schemas"]["Annotation"]

/** The server's draft as an error brings it. */
interface WireDraft {
  readonly seq: number
  readonly device: string
  readonly saved_at: string
  readonly annotation: WireAnnotation
}

const draftIn = ({ seq, device, saved_at: savedAt, annotation }: WireDraft): NewerDraft => ({
  seq,
  device,
  savedAt,
  annotation,
})

export interface Lease {
  readonly leased_until: string
  readonly active_ms: number
}

/** The assignment that a port speaks for. */
export interface Subject {
  readonly id: string
  readonly orgId: string
  readonly personId: string
  readonly name: string
  /** This browser, as its drafts name it. */
  readonly device: string
  /** Which device saved the draft on screen; empty where there is none. */
  readonly openedDevice: string
  /** True where the document on screen holds the reviewer's own changes of an earlier visit: accepting it is a fix. */
  readonly isOwnVersion: boolean
}

export interface PortParts {
  readonly api: Api<paths>
  readonly outbox: Outbox
  readonly mailbox: Mailbox
  readonly subject: Subject
  /** True while there is something to go on with: then nobody waits for the network. */
  readonly mayGoOn: () => boolean
  readonly onLease: (lease: Lease) => void
  /** The server says that the turn is over. */
  readonly onOver: (error: ApiError) => void
  readonly onAsked: () => void
  /** Brings the task of the last decision back on screen; false if that decision rests no more. */
  readonly onTakeBack: () => Promise<boolean>
  /** The server has taken this draft. */
  readonly onSaved: (seq: number) => void
}

/** Seconds to wait for an answer on which nothing hangs but the next try. */
const SMALL_S = 8
/** A model that is asked for the first time has to be loaded and look at the whole image. */
const MODEL_S = 120
const MODELS = new Map<string, Promise<readonly ModelChoice[]>>()
const OVER = new Set(["lease_expired", "assignment_closed", "task_closed", "no_such_assignment"])
const PASSING = new Set([425, 429, 500, 502, 503, 504])
/** More marks than this a question cannot name. */
const MARKS_NAMED_MAX = 50

/** A request's error as the editor knows it. */
export function portError(thrown: unknown): PortError {
  if (!(thrown instanceof ApiError)) return new PortError("offline", String(thrown))
  const message = thrown.mend ? `${thrown.message} ${thrown.mend}` : thrown.message
  const faults = Array.isArray(thrown.fields.faults) ? { faults: thrown.fields.faults as Fault[] } : {}
  const later = thrown.retryAfterS === null ? {} : { retryAfter_ms: thrown.retryAfterS * 1000 }
  const there = thrown.code === "draft_conflict" ? { there: draftIn(thrown.fields.draft as WireDraft) } : {}
  return new PortError(kindOf(thrown), message, { ...faults, ...later, ...there })
}

function kindOf({ status, code }: ApiError): PortErrorKind {
  if (status === 0) return "offline"
  if (PASSING.has(status)) return "busy"
  if (code === "draft_conflict") return "conflict"
  return code === "bad_annotation" ? "invalid" : "refused"
}

const iso = (ms: number) => new Date(ms).toISOString()

/** Beats as they travel: with this clock's own present, so that the server can correct it. */
export function wireBeat(beats: readonly Beat[], now: number): WireBeat {
  return { now: iso(now), intervals: beats.map(({ from, to }) => ({ from: iso(from), to: iso(to) })) }
}

export const wireDocument = (annotation: Annotation) => annotation as unknown as WireDocument

/** Sends what the outbox keeps. Rejects with a PortError. */
export async function handIn(api: Api<paths>, entry: HandedIn, options: SendOptions = {}): Promise<void> {
  const { key, verdict, annotation } = entry
  const to = { path: { id: entry.assignmentId }, headers: inOrg(entry.orgId), ...options }
  const beat = entry.beats.length > 0 ? { beat: wireBeat(entry.beats, Date.now()) } : {}
  try {
    if (!verdict) {
      const body = { key, annotation: wireDocument(annotation), ...beat }
      await api.post("/api/v1/assignments/{id}/submit", { ...to, body })
      return
    }
    const { decision, reasons, note: comment } = verdict
    // A fix, and only a fix, carries an annotation: what the reviewer accepts unchanged stays the workers'.
    const fixed = decision === "fix" ? { annotation: wireDocument(annotation) } : {}
    const body = { key, decision, reasons: [...reasons], comment, ...fixed, ...beat }
    await api.post("/api/v1/assignments/{id}/review", { ...to, body })
  } catch (thrown) {
    throw portError(thrown)
  }
}

/** Says what the mailbox keeps. Rejects with a PortError. */
export async function sayTo(api: Api<paths>, { assignmentId: id, orgId, said }: Letter): Promise<Thread> {
  const { key, threadId, text, pin } = said
  const headers = inOrg(orgId)
  try {
    if (threadId !== null) {
      const path = { id, thread_id: threadId }
      const body = { key, text }
      return threadOf(await api.post("/api/v1/assignments/{id}/threads/{thread_id}/comments", { path, headers, body }))
    }
    const body = { key, text, asset: pin.asset, mark_id: pin.markId, at: pin.at && { ...pin.at } }
    return threadOf(await api.post("/api/v1/assignments/{id}/threads", { path: { id }, headers, body }))
  } catch (thrown) {
    throw portError(thrown)
  }
}

export class ApiPort implements EditorPort {
  readonly #parts: PortParts

  constructor(parts: PortParts) {
    this.#parts = parts
  }

  get device(): string {
    return this.#parts.subject.device
  }

  get openedDevice(): string {
    return this.#parts.subject.openedDevice
  }

  async saveDraft(id: string, draft: DraftToKeep, options: SendOptions = {}): Promise<void> {
    const { seq, base, annotation, keepReplaced } = draft
    const body = { seq, base, annotation: wireDocument(annotation), device: this.device, keep_replaced: keepReplaced }
    await this.#ask(() => this.#parts.api.put("/api/v1/assignments/{id}/draft", { ...this.#to(id), ...options, body }))
    this.#parts.onSaved(seq)
  }

  async loadDraft(id: string): Promise<NewerDraft> {
    const found = await this.#ask(() => this.#parts.api.get("/api/v1/assignments/{id}", this.#to(id)))
    const { draft, draft_seq: seq, draft_device: device, draft_saved_at: savedAt = null } = found
    return { seq, device, savedAt, annotation: (draft ?? {}) as NewerDraft["annotation"] }
  }

  async beat(id: string, beats: readonly Beat[], options: SendOptions = {}): Promise<void> {
    const body = wireBeat(beats, Date.now())
    const lease = await this.#ask(() =>
      this.#parts.api.post("/api/v1/assignments/{id}/beat", { ...this.#to(id), ...options, timeout_s: SMALL_S, body }),
    )
    this.#parts.onLease(lease)
  }

  async submit(id: string, { key, annotation, beats }: HandIn): Promise<Handed> {
    return this.#send({ ...this.#entry(id), key, annotation, beats })
  }

  async skip(id: string, { reason, note }: Skip): Promise<void> {
    const body = { reason: note ? `${reason}: ${note}`.slice(0, 500) : reason }
    await this.#ask(() => this.#parts.api.post("/api/v1/assignments/{id}/skip", { ...this.#to(id), body }))
  }

  async ask(id: string, { text, marks }: Question): Promise<void> {
    const body = { text, mark_ids: marks.slice(0, MARKS_NAMED_MAX) }
    await this.#ask(() => this.#parts.api.post("/api/v1/assignments/{id}/questions", { ...this.#to(id), body }))
    this.#parts.onAsked()
  }

  async threads(id: string): Promise<readonly Thread[]> {
    return (await this.#ask(() => this.#parts.api.get("/api/v1/assignments/{id}/threads", this.#to(id)))).map(threadOf)
  }

  speak(assignmentId: string, said: Said): Promise<Thread> {
    const { orgId, personId } = this.#parts.subject
    return this.#parts.mailbox.speak({ assignmentId, orgId, personId, said })
  }

  unsaid(assignmentId: string): readonly Said[] {
    return this.#parts.mailbox.unsaid(assignmentId)
  }

  async settleThread(id: string, thread: string, resolved: boolean): Promise<Thread> {
    const to = { path: { id, thread_id: thread }, headers: inOrg(this.#parts.subject.orgId), repeatable: true }
    const path = "/api/v1/assignments/{id}/threads/{thread_id}/state"
    return threadOf(await this.#ask(() => this.#parts.api.put(path, { ...to, body: { resolved } })))
  }

  async placeThread(id: string, thread: string, asset: number, at: Place): Promise<void> {
    const to = { path: { id, thread_id: thread }, headers: inOrg(this.#parts.subject.orgId), repeatable: true }
    const path = "/api/v1/assignments/{id}/threads/{thread_id}/place"
    await this.#ask(() => this.#parts.api.put(path, { ...to, body: { asset, at: { ...at } } }))
  }

  async pause(id: string): Promise<void> {
    this.#parts.onLease(await this.#ask(() => this.#parts.api.post("/api/v1/assignments/{id}/pause", this.#to(id))))
  }

  async resume(id: string): Promise<void> {
    this.#parts.onLease(await this.#ask(() => this.#parts.api.post("/api/v1/assignments/{id}/resume", this.#to(id))))
  }

  async review(id: string, verdict: Verdict): Promise<Handed> {
    const { decision: chosen, reasons, note, isChanged, key, annotation, beats } = verdict
    const decision = chosen === "accept" && this.#parts.subject.isOwnVersion ? "fix" : chosen
    return this.#send({ ...this.#entry(id), key, annotation, beats, verdict: { decision, reasons, note, isChanged } })
  }

  get resting(): Resting | null {
    const { resting } = this.#parts.outbox
    return resting?.verdict ? { name: resting.name, decision: resting.verdict.decision } : null
  }

  takeBack(): Promise<boolean> {
    return this.#parts.onTakeBack()
  }

  #entry(assignmentId: string): Pick<HandedIn, "assignmentId" | "orgId" | "personId" | "name"> {
    const { orgId, personId, name } = this.#parts.subject
    return { assignmentId, orgId, personId, name }
  }

  /** Lays the work into the outbox, which sends it. With something to go on with, nobody waits for the answer. */
  async #send(entry: HandedIn): Promise<Handed> {
    const { outbox, mayGoOn } = this.#parts
    const kept = outbox.put(entry)
    if (!mayGoOn()) {
      // What rested holds a turn, and so may stand in the way of the next one.
      await outbox.release()
      await outbox.deliver(entry.assignmentId)
    } else if (entry.verdict) outbox.rest(entry, afterPaint())
    else {
      // Nobody awaits it then: the next task is drawn first, and what becomes of this one is the outbox's to tell.
      void afterPaint().then(() => outbox.send(entry))
    }
    return { kept }
  }

  /** Asked once for each organisation: an operator does not add models by the minute. */
  async models(): Promise<readonly ModelChoice[]> {
    const { orgId } = this.#parts.subject
    const known = MODELS.get(orgId) ?? this.#parts.api.get("/api/v1/models", { headers: inOrg(orgId) })
    MODELS.set(orgId, known)
    try {
      return await known
    } catch (thrown) {
      MODELS.delete(orgId)
      throw portError(thrown)
    }
  }

  async askModel(id: string, { model, asset, points, box }: ModelQuestion): Promise<ModelAnswer> {
    const body = { model, asset, prompt: { points: [...points], box: box && [...box] } }
    const found = await this.#ask(() =>
      this.#parts.api.post("/api/v1/assignments/{id}/ask-model", { ...this.#to(id), body, timeout_s: MODEL_S }),
    )
    return { masks: found.masks, version: found.version ?? "" }
  }

  #to(id: string) {
    return { path: { id }, headers: inOrg(this.#parts.subject.orgId) }
  }

  async #ask<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call()
    } catch (thrown) {
      if (thrown instanceof ApiError && OVER.has(thrown.code)) this.#parts.onOver(thrown)
      throw portError(thrown)
    }
  }
}
