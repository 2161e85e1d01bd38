/** Two versions of an answer, one on each side of a divider that is dragged over the picture. */

import { Topics } from "#editor/topics.ts"

/** A version to be put beside another one. `OWN`: the reviewer's, as it stands. */
export interface Version {
  readonly id: string
  readonly name: string
}

export const OWN = "own"
export const MERGED = "merged"
/** By keys the divider goes so far, as a share of the view. */
export const STEP = 0.05

export class Swipe {
  /** `pair`: what is on which side, if anything is. `at`: where the divider stands. */
  readonly topics = new Topics<"pair" | "at">()
  readonly pairs: readonly (readonly [left: Version, right: Version])[]
  /** Which pair is looked at, -1 for none. */
  shown = -1
  /** Where the divider stands, as a share of the view's width, 0 to 1. */
  at = 0.5
  #last = 0

  constructor(versions: readonly Version[]) {
    this.pairs = versions.flatMap((left, i) => versions.slice(i + 1).map((right) => [left, right] as const))
  }

  /** What is on the left and on the right, or null. */
  get pair(): readonly [left: Version, right: Version] | null {
    return this.pairs[this.shown] ?? null
  }

  /** Begins, with the pair of last time, or ends. */
  toggle(): void {
    this.#show(this.shown < 0 ? this.#last : -1)
  }

  /** Goes to the next pair, round and round; begins if need be. */
  next(): void {
    this.#show(this.shown < 0 ? this.#last : (this.shown + 1) % Math.max(1, this.pairs.length))
  }

  /** Puts the divider at a share of the view's width. */
  put(at: number): void {
    this.at = Math.max(0, Math.min(1, at))
    this.topics.tell("at")
  }

  #show(pair: number): void {
    this.shown = pair
    if (pair >= 0) this.#last = pair
    this.topics.tell("pair")
  }
}
