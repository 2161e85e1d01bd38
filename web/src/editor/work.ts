/**
 * An assignment from opening it to handing it in: drafts, measured time, and the four ways to end it (submit, skip,
 * review, pause). All that is said to the server about it is said here.
 */

import { ActivityMeter } from "./activity.ts"
import type { WireAnnotation } from "./annotation.ts"
import { Autosave, type Choice, type SaveState } from "./autosave.ts"
import { BeatSender } from "./beats.ts"
import {
  asPortError,
  type Clock,
  type Decision,
  type EditorPort,
  type Handed,
  type ModelAnswer,
  type ModelChoice,
  type ModelQuestion,
  type NewerDraft,
  type PortError,
  type Question,
  type Resting,
  type Skip,
} from "./port.ts"
import type { Session } from "./session.ts"
import type { Shelf } from "./shelf.ts"
import { Topics } from "./topics.ts"
import { errorsOf, type Fault, worthALook } from "./validation.ts"

export type Ending = "submitted" | "skipped" | "reviewed"

/**
 * `open`: being worked on. `sending`: on its way. `waiting`: handed in, but the network is away; it is sent by itself.
 * `paused`: no time is counted. `ended`: done, nothing can be changed any more.
 */
export type Phase = "open" | "sending" | "waiting" | "paused" | "ended"

export interface WorkParts {
  readonly session: Session
  readonly port: EditorPort
  readonly shelf: Shelf
  readonly clock: Clock
  readonly assignmentId: string
  /** The seq of the draft that the session was opened with; 0 if there was none. */
  readonly seq: number
  /** Makes handing in twice the same as once; the same for as long as this assignment is open. */
  readonly handInKey: string
  readonly watching: { readonly visible: boolean; readonly focused: boolean }
  readonly onEnded?: (ending: Ending) => void
}

const RETRY_FIRST_MS = 1000
const RETRY_MAX_MS = 30_000

export class Work {
  /** `apart`: there is a rival, or the person was about to go on without having chosen. */
  readonly topics = new Topics<"save" | "phase" | "faults" | "apart">()
  readonly meter: ActivityMeter
  readonly #parts: WorkParts
  readonly #autosave: Autosave
  readonly #beats: BeatSender
  #stopWaiting: (() => void) | null = null
  phase: Phase = "open"
  /** Why handing in did not work, or null. */
  problem: string | null = null
  /** What keeps the work from being handed in, and what is worth a look before, as far as it has been asked. */
  faults: readonly Fault[] = []
  /** The warnings that were shown: the same again do not keep the work from being handed in. */
  #warned: ReadonlySet<string> = new Set()
  #walkedTo = -1
  #isTakingBack = false

  constructor(parts: WorkParts) {
    this.#parts = parts
    this.meter = new ActivityMeter(parts.clock.now(), parts.watching)
    this.#beats = new BeatSender(parts.port, parts.assignmentId, this.meter, parts.clock)
    this.#autosave = new Autosave({
      port: parts.port,
      shelf: parts.shelf,
      clock: parts.clock,
      assignmentId: parts.assignmentId,
      store: parts.session.store,
      seq: parts.seq,
      onState: ({ name }) => {
        this.topics.tell("save")
        if (name === "apart") this.topics.tell("apart")
      },
    })
  }

  get save(): SaveState {
    return this.#autosave.state
  }

  /** What the person drew on another device meanwhile, until they have chosen; null as a rule. */
  get rival(): NewerDraft | null {
    return this.#autosave.rival
  }

  /** Goes on with one of the two, or with both. What is given up can be brought back by undoing, or lies beside the draft. */
  async settle(choice: Choice): Promise<void> {
    const { rival } = this
    if (!rival) return
    if (choice === "there") this.take(rival.annotation)
    await this.#autosave.settle(choice)
  }

  /** Makes the document another version of itself, as one step that can be undone. */
  take(annotation: WireAnnotation): void {
    this.#parts.session.become("Take the other version", annotation)
  }

  /** The person comes back to this device: they may have gone on with another one. */
  async lookAgain(): Promise<void> {
    if (this.phase !== "open" && this.phase !== "paused") return
    if (await this.#autosave.lookAgain()) this.#parts.session.say("Took over what you did on another device.")
  }

  /** Brings back unsent work of an earlier visit and begins to count time. */
  async start(): Promise<void> {
    this.#beats.start()
    if (await this.#autosave.recover()) this.#parts.session.say("Brought back your unsent work.")
  }

  stop(): void {
    this.#stopWaiting?.()
    this.#beats.stop()
    this.#autosave.stop()
  }

  /** Saves now instead of in a moment. */
  async saveNow(): Promise<void> {
    await this.#autosave.flush()
  }

  /** The page is being hidden or closed: whatever is left goes out with what time there is. */
  leave(): void {
    if (this.phase === "ended") return
    void this.#beats.send({ keepalive: true })
    void this.#autosave.flush({ keepalive: true })
  }

  /** Another tab has saved a newer draft of this assignment. */
  draftElsewhere(seq: number): void {
    if (this.phase === "open" || this.phase === "paused") void this.#autosave.overtaken(seq)
  }

  networkIsBack(): void {
    this.#autosave.networkIsBack()
    this.#stopWaiting?.()
  }

  setPaused(paused: boolean): void {
    if (this.phase !== (paused ? "open" : "paused")) return
    const { port, assignmentId, session, clock } = this.#parts
    this.meter.setPaused(paused, clock.now())
    this.#enter(paused ? "paused" : "open")
    if (paused) {
      void this.#beats.send()
      void this.#autosave.flush()
    }
    const said = paused ? port.pause(assignmentId) : port.resume(assignmentId)
    said.catch((error: unknown) => {
      // Without a network the clock here has stopped all the same, and the lease is sorted out with the next beat.
      const { kind, message } = asPortError(error)
      if (kind !== "offline" && kind !== "busy") session.say(message, true)
    })
  }

  /** Hands the work in, unless it has faults; those are then in `faults`. Of warnings people are told once. */
  async submit(): Promise<void> {
    if (this.phase !== "open" || this.#isApart() || this.#isHeldBack()) return
    const { port, assignmentId, session, handInKey: key } = this.#parts
    const annotation = session.finished()
    const beats = this.#beats.outstanding()
    await this.#end("submitted", () => port.submit(assignmentId, { key, annotation, beats }))
  }

  async skip(skip: Skip): Promise<void> {
    if (this.phase !== "open") return
    const { port, assignmentId } = this.#parts
    await this.#end("skipped", async () => {
      // The time worked must be there before the turn is over: it is paid by it.
      await this.#beats.send()
      await port.skip(assignmentId, skip)
      return null
    })
  }

  /** Decides on the submissions. A reviewer's own version must be free of faults, a rejected one need not. */
  async review(decision: Decision, reasons: readonly string[], note: string): Promise<void> {
    // What is pressed while an earlier task comes back is meant for that one.
    if (this.#isTakingBack) return
    if (this.phase !== "open" || this.#isApart() || (decision !== "reject" && this.#isHeldBack())) return
    const { port, assignmentId, session, handInKey: key } = this.#parts
    const annotation = session.finished()
    const beats = this.#beats.outstanding()
    const verdict = { key, decision, reasons, note, annotation, beats, isChanged: session.isChanged }
    await this.#end("reviewed", () => port.review(assignmentId, verdict))
  }

  /** The last decision while it can be taken back; null: there is none. */
  get resting(): Resting | null {
    return this.#parts.port.resting ?? null
  }

  /** Takes the last decision back: its task comes on screen again, and this one after it. */
  async takeBack(): Promise<void> {
    const { port, session } = this.#parts
    if (this.#isTakingBack || this.phase === "ended") return
    if (session.isChanged) {
      session.say("You have changed something here: undo that, or decide first.", true)
      return
    }
    this.#isTakingBack = true
    try {
      const isBack = (await port.takeBack?.()) ?? false
      if (!isBack) session.say("There is no decision to undo: the last one is sent.", true)
    } finally {
      this.#isTakingBack = false
    }
  }

  /** Asks the lead; work goes on meanwhile. Returns what went wrong, or null. */
  async ask(question: Question): Promise<string | null> {
    try {
      // The lead sees the marks as the server has them: it must have them first.
      if (question.marks.length > 0) await this.saveNow()
      await this.#parts.port.ask(this.#parts.assignmentId, question)
      this.#parts.session.say("Your question is on its way to the lead.")
      return null
    } catch (error) {
      return asPortError(error).message
    }
  }

  /** The models that can be asked; none where the server does not say. */
  async models(): Promise<readonly ModelChoice[]> {
    try {
      return (await this.#parts.port.models?.()) ?? []
    } catch {
      // Whoever cannot reach them now works without them.
      return []
    }
  }

  /** What a model sees. Rejects with a PortError. */
  async askModel(question: ModelQuestion): Promise<ModelAnswer> {
    return (await this.#parts.port.askModel?.(this.#parts.assignmentId, question)) ?? { masks: [], version: "" }
  }

  /** Takes a hand-in that is waiting for the network back, to work on. */
  reopen(): void {
    if (this.phase !== "waiting") return
    this.#enter("open")
    this.#stopWaiting?.()
  }

  /** Looks for faults again, once they have been asked for: what is mended vanishes from the list. */
  recheck(): void {
    if (this.faults.length > 0) this.check()
  }

  /** Looks for what is wrong now, or worth a look, without handing anything in. */
  check(): void {
    this.#setFaults(worthALook(this.#parts.session.faults()))
  }

  /** The next of what is wrong, from the first on and round again; null if nothing is. */
  nextFault(): Fault | null {
    this.check()
    if (this.faults.length === 0) return null
    this.#walkedTo = (this.#walkedTo + 1) % this.faults.length
    return this.faults[this.#walkedTo] ?? null
  }

  /** Whether the person has yet to choose between two versions; then they are asked again. */
  #isApart(): boolean {
    if (!this.rival) return false
    this.#parts.session.say("Choose first which version of your draft counts.", true)
    this.topics.tell("apart")
    return true
  }

  /** Whether there are errors, or warnings that the person has not been told of. */
  #isHeldBack(): boolean {
    this.check()
    const [first] = this.faults
    const hasErrors = errorsOf(this.faults).length > 0
    const told = new Set(this.faults.map(({ code, mark_id, path }) => `${code} ${mark_id ?? path}`))
    const isNew = [...told].some((each) => !this.#warned.has(each))
    if (!first || !(hasErrors || isNew)) return false
    this.#warned = hasErrors ? this.#warned : told
    const others = this.faults.length > 1 ? ` And ${this.faults.length - 1} more.` : ""
    const anyway = hasErrors ? "" : " Do it again to hand it in as it is."
    this.#parts.session.say(`${first.message} ${first.mend ?? ""}${others}${anyway}`, true)
    return true
  }

  #setFaults(faults: readonly Fault[]): void {
    if (faults.length === 0) this.#walkedTo = -1
    this.faults = faults
    this.topics.tell("faults")
  }

  /** Sends until the server has answered or the person takes it back. */
  async #end(ending: Ending, send: () => Promise<Handed | null>): Promise<void> {
    this.problem = null
    this.#enter("sending")
    let handed: Handed | null
    for (let failures = 0; ; failures++) {
      try {
        handed = await send()
        break
      } catch (error) {
        if (!(await this.#mayRetry(asPortError(error), failures))) return
      }
    }
    this.meter.setPaused(true, this.#parts.clock.now())
    this.#beats.settle()
    const cleared = this.#autosave.finish(handed?.kept)
    this.#enter("ended")
    // What is cleared away here nobody waits for: the next task is what they want to see.
    this.#parts.onEnded?.(ending)
    await cleared
  }

  /** Waits for the next try. False if there is none: refused, at fault, or taken back. */
  async #mayRetry(error: PortError, failures: number): Promise<boolean> {
    if (error.kind !== "offline" && error.kind !== "busy") {
      this.problem = error.message
      if (error.details.faults) this.#setFaults(error.details.faults)
      this.#enter("open")
      this.#parts.session.say(error.message, true)
      return false
    }
    this.#enter("waiting")
    const backOff = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** failures)
    await new Promise<void>((resolve) => {
      const callOff = this.#parts.clock.after(Math.max(backOff, error.details.retryAfter_ms ?? 0), resolve)
      this.#stopWaiting = () => {
        callOff()
        resolve()
      }
    })
    this.#stopWaiting = null
    if ((this.phase as Phase) !== "waiting") return false
    this.#enter("sending")
    return true
  }

  #enter(phase: Phase): void {
    this.phase = phase
    this.topics.tell("phase")
  }
}
