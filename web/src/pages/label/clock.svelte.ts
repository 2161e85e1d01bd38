/** What the server last said of the turn on screen: the time it has counted, and until when the turn is promised. */

export class TurnClock {
  /** Counted work, milliseconds. */
  active_ms = $state(0)
  leasedUntil = $state<string | null>(null)
  /** Grows with every question asked: the list of them is then stale. */
  questions = $state(0)

  /** A pause promises the turn for longer and says nothing of time: that never shrinks. */
  lease({ leased_until, active_ms }: { readonly leased_until: string; readonly active_ms: number }): void {
    this.leasedUntil = leased_until
    this.active_ms = Math.max(this.active_ms, active_ms)
  }

  asked(): void {
    this.questions += 1
  }
}

let current: { readonly id: string; readonly clock: TurnClock } | null = null

/** The clock of a turn. One turn is on screen at a time, so one clock is kept. */
export function clockOf(id: string): TurnClock {
  if (current?.id !== id) current = { id, clock: new TurnClock() }
  return current.clock
}
