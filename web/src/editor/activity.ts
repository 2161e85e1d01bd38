/**
 * Measures active time, on which pay stands: while the page is visible and focused, the time since the last input
 * counts for up to `idle_ms`. A longer gap counts no further, and a pause counts not at all.
 */

import type { Beat } from "./port.ts"

export const IDLE_MS = 120_000
export const BEAT_MS = 15_000

export class ActivityMeter {
  readonly #idle_ms: number
  #closed: Beat[] = []
  #from: number | null = null
  #lastInput: number
  #isVisible: boolean
  #isFocused: boolean
  #isPaused = false

  /** Opening the task counts as an input. Times are milliseconds and must not go back; one that does counts as none. */
  constructor(now: number, watching: { visible: boolean; focused: boolean }, idle_ms: number = IDLE_MS) {
    this.#idle_ms = idle_ms
    this.#lastInput = now
    this.#isVisible = watching.visible
    this.#isFocused = watching.focused
    if (this.#counts) this.#from = now
  }

  get isPaused(): boolean {
    return this.#isPaused
  }

  /** True while time is being counted. */
  isActive(now: number): boolean {
    return this.#counts && now < this.#lastInput + this.#idle_ms
  }

  /** A key, a pointer's move, a wheel, a touch. */
  input(now: number): void {
    if (now < this.#lastInput) return
    if (!this.#counts) {
      this.#lastInput = now
      return
    }
    if (now >= this.#lastInput + this.#idle_ms) {
      this.#close(now)
      this.#from = now
    }
    this.#lastInput = now
  }

  setVisible(visible: boolean, now: number): void {
    this.#change(now, () => {
      this.#isVisible = visible
    })
  }

  setFocused(focused: boolean, now: number): void {
    this.#change(now, () => {
      this.#isFocused = focused
    })
  }

  setPaused(paused: boolean, now: number): void {
    this.#change(now, () => {
      this.#isPaused = paused
    })
  }

  /** The beats since the last call, in order and apart from each other; empty if nobody worked. */
  collect(now: number): Beat[] {
    const wasOpen = this.#from !== null
    this.#close(now)
    if (wasOpen && this.isActive(now)) this.#from = now
    const beats = this.#closed
    this.#closed = []
    return beats
  }

  get #counts(): boolean {
    return this.#isVisible && this.#isFocused && !this.#isPaused
  }

  #change(now: number, change: () => void): void {
    const counted = this.#counts
    change()
    if (counted && !this.#counts) this.#close(now)
    if (!counted && this.#counts) {
      // Coming back to the page is itself a sign of life.
      this.#lastInput = Math.max(this.#lastInput, now)
      this.#from = this.#lastInput
    }
  }

  #close(now: number): void {
    if (this.#from === null) return
    const to = Math.min(now, this.#lastInput + this.#idle_ms)
    const last = this.#closed.at(-1)
    if (to > this.#from) {
      if (last && last.to === this.#from) this.#closed[this.#closed.length - 1] = { from: last.from, to }
      else this.#closed.push({ from: this.#from, to })
    }
    this.#from = null
  }
}
