/** Sends measured time to the server, keeping what could not be sent until it can. */

import { type ActivityMeter, BEAT_MS } from "./activity.ts"
import { asPortError, type Beat, type Clock, type EditorPort, type SendOptions } from "./port.ts"

/** An hour and more of lost network; older beats are joined rather than dropped. */
const UNSENT_MAX = 500

export class BeatSender {
  readonly #port: EditorPort
  readonly #assignmentId: string
  readonly #meter: ActivityMeter
  readonly #clock: Clock
  #unsent: Beat[] = []
  #inFlight: readonly Beat[] = []
  #isSending = false
  #callOff: (() => void) | null = null

  constructor(port: EditorPort, assignmentId: string, meter: ActivityMeter, clock: Clock) {
    this.#port = port
    this.#assignmentId = assignmentId
    this.#meter = meter
    this.#clock = clock
  }

  get unsent(): readonly Beat[] {
    return this.#unsent
  }

  /** All that was measured and that the server has not confirmed: it travels with the work itself. */
  outstanding(): readonly Beat[] {
    for (const beat of this.#meter.collect(this.#clock.now())) this.#keep(beat)
    return [...this.#inFlight, ...this.#unsent]
  }

  /** The work is handed in, its time with it. */
  settle(): void {
    this.stop()
    this.#meter.collect(this.#clock.now())
    this.#unsent = []
  }

  start(): void {
    this.#callOff = this.#clock.after(BEAT_MS, () => {
      void this.send()
      this.start()
    })
  }

  stop(): void {
    this.#callOff?.()
    this.#callOff = null
  }

  /** Sends what has been measured since the last time. Never rejects: beats that fail wait for the next turn. */
  async send(options: SendOptions = {}): Promise<void> {
    for (const beat of this.#meter.collect(this.#clock.now())) this.#keep(beat)
    if (this.#isSending || this.#unsent.length === 0) return
    this.#isSending = true
    const sent = this.#unsent
    this.#inFlight = sent
    this.#unsent = []
    try {
      await this.#port.beat(this.#assignmentId, sent, options)
    } catch (error) {
      // A refused assignment will not take them later either; all else is tried again.
      if (asPortError(error).kind !== "refused") {
        const since = this.#unsent
        this.#unsent = [...sent]
        for (const beat of since) this.#keep(beat)
      }
    } finally {
      this.#isSending = false
      this.#inFlight = []
    }
  }

  #keep(beat: Beat): void {
    const whole = { from: Math.round(beat.from), to: Math.round(beat.to) }
    const last = this.#unsent.at(-1)
    if (last && last.to === whole.from) this.#unsent[this.#unsent.length - 1] = { from: last.from, to: whole.to }
    else if (whole.to > whole.from && this.#unsent.length < UNSENT_MAX) this.#unsent.push(whole)
  }
}
