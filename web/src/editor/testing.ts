/** What tests of the editor stand on: a server made of memory that keeps the port's contract, and a clock by hand. */

import type { Annotation } from "./annotation.ts"
import {
  type Beat,
  type Clock,
  type DraftToKeep,
  type EditorPort,
  type Handed,
  type HandIn,
  type NewerDraft,
  PortError,
  type Question,
  type Skip,
  type Verdict,
} from "./port.ts"

/** Keeps drafts that were built upon the last one, takes hand-ins once per key, and fails as it is told. */
export class FakePort implements EditorPort {
  readonly device: string = "here"
  openedDevice = ""
  readonly drafts: { seq: number; annotation: Annotation; device: string; keepReplaced: boolean }[] = []
  readonly beats: Beat[] = []
  readonly handIns = new Map<string, HandIn>()
  readonly skips: Skip[] = []
  readonly questions: Question[] = []
  readonly verdicts: Verdict[] = []
  loads = 0
  pauses = 0
  resumes = 0
  isOffline = false
  refusal: string | null = null

  async saveDraft(_assignmentId: string, { seq, base, annotation, keepReplaced }: DraftToKeep): Promise<void> {
    this.#answer()
    const last = this.drafts.at(-1)
    if (last && last.seq !== base) throw new PortError("conflict", "Another draft.", { there: await this.loadDraft() })
    this.drafts.push({ seq, annotation: structuredClone(annotation), device: this.device, keepReplaced })
  }

  async loadDraft(): Promise<NewerDraft> {
    this.#answer()
    this.loads++
    const { seq = 0, annotation = {}, device = "" } = this.drafts.at(-1) ?? {}
    return { seq, annotation, device, savedAt: null }
  }

  /** What another tab (the same device) or another device saves meanwhile. */
  saveElsewhere(seq: number, answers: Annotation["answers"], device = this.device): void {
    this.drafts.push({ seq, annotation: { version: 1, marks: [], answers, links: [] }, device, keepReplaced: false })
  }

  async beat(_assignmentId: string, beats: readonly Beat[]): Promise<void> {
    this.#answer()
    this.beats.push(...beats)
  }

  async submit(_assignmentId: string, handIn: HandIn): Promise<Handed> {
    this.#answer()
    this.handIns.set(handIn.key, structuredClone(handIn))
    return { kept: Promise.resolve() }
  }

  async skip(_assignmentId: string, skip: Skip): Promise<void> {
    this.#answer()
    this.skips.push(skip)
  }

  async ask(_assignmentId: string, question: Question): Promise<void> {
    this.#answer()
    this.questions.push(question)
  }

  async pause(): Promise<void> {
    this.#answer()
    this.pauses++
  }

  async resume(): Promise<void> {
    this.#answer()
    this.resumes++
  }

  async review(_assignmentId: string, verdict: Verdict): Promise<Handed> {
    this.#answer()
    this.verdicts.push(structuredClone(verdict))
    return { kept: Promise.resolve() }
  }

  #answer(): void {
    if (this.isOffline) throw new PortError("offline", "No answer from the server.")
    if (this.refusal !== null) throw new PortError("refused", this.refusal)
  }
}

/** Time that passes only when `pass` says so; what is due meanwhile is called in order. */
export class FakeClock implements Clock {
  #now: number
  #due: { at: number; then: () => void }[] = []

  constructor(now = 1_000_000) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  after(delay_ms: number, then: () => void): () => void {
    const timer = { at: this.#now + delay_ms, then }
    this.#due.push(timer)
    return () => {
      this.#due = this.#due.filter((each) => each !== timer)
    }
  }

  /** Lets `ms` pass, and after each call all that it set going come to rest. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms
    for (;;) {
      await settled()
      const next = this.#due.reduce<{ at: number; then: () => void } | null>(
        (first, each) => (each.at <= end && (first === null || each.at < first.at) ? each : first),
        null,
      )
      if (!next) break
      this.#due = this.#due.filter((each) => each !== next)
      this.#now = Math.max(this.#now, next.at)
      next.then()
    }
    this.#now = end
    await settled()
  }
}

/** Resolves once promises that wait for nothing outside have done so. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve()
}
