/** A server made of memory that keeps the editor's contract: seq, idempotent hand-in, and every way to fail. */

import type { Annotation } from "#editor/annotation.ts"
import {
  type Beat,
  type EditorPort,
  type HandIn,
  PortError,
  type Question,
  type Skip,
  type Verdict,
} from "#editor/port.ts"

export class FakePort implements EditorPort {
  readonly drafts: { seq: number; annotation: Annotation }[] = []
  readonly beats: Beat[] = []
  readonly handIns = new Map<string, HandIn>()
  readonly skips: Skip[] = []
  readonly questions: Question[] = []
  readonly verdicts: Verdict[] = []
  pauses = 0
  isOffline = false
  refusal: string | null = null

  async saveDraft(_assignmentId: string, seq: number, annotation: Annotation): Promise<{ seq: number }> {
    this.#answer()
    const last = this.drafts.at(-1)
    if (last && seq <= last.seq && JSON.stringify(last.annotation) !== JSON.stringify(annotation)) {
      throw new PortError("conflict", "A newer draft is there.", { newer: last })
    }
    this.drafts.push({ seq, annotation: structuredClone(annotation) })
    return { seq }
  }

  async beat(_assignmentId: string, beats: readonly Beat[]): Promise<void> {
    this.#answer()
    this.beats.push(...beats)
  }

  async submit(_assignmentId: string, handIn: HandIn): Promise<void> {
    this.#answer()
    this.handIns.set(handIn.key, structuredClone(handIn))
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

  async review(_assignmentId: string, verdict: Verdict): Promise<void> {
    this.#answer()
    this.verdicts.push(structuredClone(verdict))
  }

  #answer(): void {
    if (this.isOffline) throw new PortError("offline", "No answer from the server.")
    if (this.refusal !== null) throw new PortError("refused", this.refusal)
  }
}
