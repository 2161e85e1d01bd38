/** How fast decisions follow one another: for the reviewer alone, on this page. */

/** So many of the last decisions tell the time of one. */
export const PACE_OF = 50

export interface ShownPace {
  readonly count: number
  /** The middle one of the times of the last decisions, in seconds: a break does not change it. */
  readonly each_s: number
}

export class Pace {
  /** Null before the first decision. */
  shown = $state.raw<ShownPace | null>(null)
  readonly #last_ms: number[] = []
  #begun_ms: number | null = null

  /** A task is on screen, at a time in milliseconds. */
  begin(now_ms: number): void {
    this.#begun_ms = now_ms
  }

  /** It is decided on. What was never on screen does not count. */
  decided(now_ms: number): void {
    if (this.#begun_ms === null) return
    this.#last_ms.push(now_ms - this.#begun_ms)
    if (this.#last_ms.length > PACE_OF) this.#last_ms.shift()
    this.#begun_ms = null
    const sorted = [...this.#last_ms].sort((a, b) => a - b)
    const middle = sorted[Math.floor((sorted.length - 1) / 2)] as number
    this.shown = { count: (this.shown?.count ?? 0) + 1, each_s: middle / 1000 }
  }

  /** The last decision is none any more. */
  takenBack(): void {
    if (this.shown) this.shown = { ...this.shown, count: Math.max(0, this.shown.count - 1) }
  }
}
