import type { Problem } from "#api/problem.ts"
import { asProblem } from "#api/problem.ts"

/** One thing that a page asks the server for: what came, or why it did not. The old stays on screen until the new is there. */
export class Asked<Value> {
  value = $state.raw<Value | null>(null)
  problem = $state.raw<Problem | null>(null)
  pending = $state(false)
  #turn = 0

  constructor(readonly ask: () => Promise<Value>) {}

  /** Asks; of several at once, the answer to the last counts. Never throws. */
  async load(): Promise<void> {
    this.#turn += 1
    const turn = this.#turn
    this.pending = true
    try {
      const value = await this.ask()
      if (turn !== this.#turn) return
      this.value = value
      this.problem = null
    } catch (thrown) {
      if (turn !== this.#turn) return
      this.problem = asProblem(thrown)
    }
    this.pending = false
  }
}
