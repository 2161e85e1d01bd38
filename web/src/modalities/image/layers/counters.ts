/** What the drawing costs, for tests and benchmarks: counted always, since counting costs nothing. */

const KEPT = 2048

export class FrameCounters {
  /** Frames drawn since the editor opened. */
  frames = 0
  /** Marks drawn in the last frame: those that lie still, and those that are selected, hovered or in a gesture. */
  paintedStill = 0
  paintedLive = 0
  /** Milliseconds of script in the last frame. */
  script_ms = 0
  /** Of the work between frames since the last reset: marks drawn, and the longest time that it took without a pause. */
  paintedBetween = 0
  longestBetween_ms = 0
  readonly #script_ms = new Float64Array(KEPT)
  readonly #painted = new Float64Array(KEPT)

  note(script_ms: number, paintedStill: number, paintedLive: number): void {
    this.#script_ms[this.frames % KEPT] = script_ms
    this.#painted[this.frames % KEPT] = paintedStill + paintedLive
    this.frames++
    this.script_ms = script_ms
    this.paintedStill = paintedStill
    this.paintedLive = paintedLive
  }

  noteBetween(painted: number, script_ms: number): void {
    this.paintedBetween += painted
    this.longestBetween_ms = Math.max(this.longestBetween_ms, script_ms)
  }

  reset(): void {
    this.frames = 0
    this.paintedBetween = 0
    this.longestBetween_ms = 0
  }

  /** Script milliseconds and marks drawn of the frames since the last reset, at most the last 2048. */
  history(): { readonly script_ms: number[]; readonly painted: number[] } {
    const count = Math.min(this.frames, KEPT)
    return { script_ms: [...this.#script_ms.subarray(0, count)], painted: [...this.#painted.subarray(0, count)] }
  }
}
