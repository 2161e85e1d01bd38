/**
 * The cheapest cut between two terminals through a grid of pixels with 8 neighbours each, by the algorithm of Boykov and
 * Kolmogorov 2004: two trees grow from the terminals, and where they touch flow is sent and the broken branches are
 * adopted anew.
 */

import type { Steps } from "./steps.ts"

/** Directions 0 to 7; the opposite of d is 7 - d. */
export const AROUND: readonly (readonly [dx: number, dy: number])[] = [
  [-1, -1],
  [0, -1],
  [1, -1],
  [-1, 0],
  [1, 0],
  [-1, 1],
  [0, 1],
  [1, 1],
]
const TERMINAL = 8
const ORPHAN = 9
const NONE = 10
const FREE = 0
const SOURCE = 1
const SINK = 2
const BREATH = 2048

export class Grid {
  readonly width: number
  readonly height: number
  /** What can still flow from a pixel in each of its 8 directions. */
  readonly #room: Float32Array
  /** What can still flow from the source to a pixel, or, negative, from it to the sink. */
  readonly #tie: Float32Array
  readonly #tree: Uint8Array
  readonly #parent: Uint8Array
  readonly #mark: Int32Array
  readonly #far: Int32Array
  readonly #next: Int32Array
  readonly #offsets: Int32Array
  readonly #orphans: number[] = []
  #first = -1
  #last = -1
  #time = 0
  /** What flows from the source to the sink: what the cut costs, once `cut` is done. */
  flow = 0

  constructor(width: number, height: number) {
    const count = width * height
    this.width = width
    this.height = height
    this.#room = new Float32Array(8 * count)
    this.#tie = new Float32Array(count)
    this.#tree = new Uint8Array(count)
    this.#parent = new Uint8Array(count).fill(NONE)
    this.#mark = new Int32Array(count)
    this.#far = new Int32Array(count)
    this.#next = new Int32Array(count).fill(-1)
    this.#offsets = Int32Array.from(AROUND, ([dx, dy]) => dy * width + dx)
  }

  /** What it costs to part a pixel from the source and from the sink, 0 or more each. */
  tie(pixel: number, toSource: number, toSink: number): void {
    this.flow += Math.min(toSource, toSink)
    this.#tie[pixel] = toSource - toSink
  }

  /** What it costs to part a pixel from its neighbour in a direction, both ways. The neighbour must be in the grid. */
  join(pixel: number, direction: number, cost: number): void {
    this.#room[8 * pixel + direction] = cost
    this.#room[8 * (pixel + (this.#offsets[direction] as number)) + 7 - direction] = cost
  }

  /** 1 for each pixel that stays with the source. */
  *cut(): Steps<Uint8Array> {
    this.#plant()
    let n = 0
    for (;;) {
      const active = this.#takeActive()
      if (active < 0) break
      const touching = this.#grow(active)
      if (touching >= 0) {
        // It may touch the other tree elsewhere, too: it is looked at again.
        this.#activate(active)
        this.#augment(active, touching)
        this.#adopt()
      }
      if (++n % BREATH === 0) yield
    }
    return this.#tree.map((tree) => (tree === SOURCE ? 1 : 0))
  }

  #plant(): void {
    for (let pixel = 0; pixel < this.#tie.length; pixel++) {
      const tie = this.#tie[pixel] as number
      if (tie === 0) continue
      this.#tree[pixel] = tie > 0 ? SOURCE : SINK
      this.#parent[pixel] = TERMINAL
      this.#far[pixel] = 1
      this.#activate(pixel)
    }
  }

  #activate(pixel: number): void {
    if (this.#next[pixel] !== -1) return
    if (this.#last < 0) this.#first = pixel
    else this.#next[this.#last] = pixel
    this.#last = pixel
    // The last one names itself, so that every pixel in the list names one.
    this.#next[pixel] = pixel
  }

  #takeActive(): number {
    while (this.#first >= 0) {
      const pixel = this.#first
      const next = this.#next[pixel] as number
      if (next === pixel) this.#first = this.#last = -1
      else this.#first = next
      this.#next[pixel] = -1
      if (this.#tree[pixel] !== FREE) return pixel
    }
    return -1
  }

  /** Whether flow can go between a pixel and its neighbour as the pixel's tree wants it. */
  #leads(pixel: number, direction: number, tree: number): boolean {
    const neighbour = pixel + (this.#offsets[direction] as number)
    const room = tree === SOURCE ? this.#room[8 * pixel + direction] : this.#room[8 * neighbour + 7 - direction]
    return (room ?? 0) > 0
  }

  /** Takes free neighbours into the tree; returns the direction in which the other tree is met, or -1. */
  #grow(pixel: number): number {
    const tree = this.#tree[pixel] as number
    for (let d = 0; d < 8; d++) {
      if (!this.#leads(pixel, d, tree)) continue
      const neighbour = pixel + (this.#offsets[d] as number)
      if (this.#tree[neighbour] === FREE) {
        this.#tree[neighbour] = tree
        this.#parent[neighbour] = 7 - d
        this.#mark[neighbour] = this.#mark[pixel] as number
        this.#far[neighbour] = (this.#far[pixel] as number) + 1
        this.#activate(neighbour)
      } else if (this.#tree[neighbour] !== tree) return d
    }
    return -1
  }

  #augment(pixel: number, direction: number): void {
    const other = pixel + (this.#offsets[direction] as number)
    const isSource = this.#tree[pixel] === SOURCE
    const from = isSource ? pixel : other
    const to = isSource ? other : pixel
    const way = isSource ? direction : 7 - direction
    let most = this.#room[8 * from + way] as number
    for (let at = from; ; ) {
      const d = this.#parent[at] as number
      if (d === TERMINAL) {
        most = Math.min(most, this.#tie[at] as number)
        break
      }
      const above = at + (this.#offsets[d] as number)
      most = Math.min(most, this.#room[8 * above + 7 - d] as number)
      at = above
    }
    for (let at = to; ; ) {
      const d = this.#parent[at] as number
      if (d === TERMINAL) {
        most = Math.min(most, -(this.#tie[at] as number))
        break
      }
      most = Math.min(most, this.#room[8 * at + d] as number)
      at += this.#offsets[d] as number
    }
    this.#push(from, way, most)
    for (let at = from; ; ) {
      const d = this.#parent[at] as number
      if (d === TERMINAL) {
        this.#tie[at] = (this.#tie[at] as number) - most
        if (this.#tie[at] === 0) this.#orphan(at)
        break
      }
      const above = at + (this.#offsets[d] as number)
      this.#push(above, 7 - d, most)
      if (this.#room[8 * above + 7 - d] === 0) this.#orphan(at)
      at = above
    }
    for (let at = to; ; ) {
      const d = this.#parent[at] as number
      if (d === TERMINAL) {
        this.#tie[at] = (this.#tie[at] as number) + most
        if (this.#tie[at] === 0) this.#orphan(at)
        break
      }
      this.#push(at, d, most)
      const below = at + (this.#offsets[d] as number)
      if (this.#room[8 * at + d] === 0) this.#orphan(at)
      at = below
    }
    this.flow += most
  }

  #push(from: number, direction: number, amount: number): void {
    const there = 8 * from + direction
    const back = 8 * (from + (this.#offsets[direction] as number)) + 7 - direction
    this.#room[there] = (this.#room[there] as number) - amount
    this.#room[back] = (this.#room[back] as number) + amount
  }

  #orphan(pixel: number): void {
    this.#parent[pixel] = ORPHAN
    this.#orphans.push(pixel)
  }

  #adopt(): void {
    this.#time++
    for (let n = 0; n < this.#orphans.length; n++) {
      const pixel = this.#orphans[n] as number
      const tree = this.#tree[pixel] as number
      let best = -1
      let least = Infinity
      for (let d = 0; d < 8; d++) {
        const neighbour = pixel + (this.#offsets[d] as number)
        // Flow from a parent to its child in the source's tree, from the child to its parent in the sink's.
        if (this.#tree[neighbour] !== tree || !this.#leads(neighbour, 7 - d, tree)) continue
        const far = this.#root(neighbour)
        if (far >= 0 && far < least) {
          least = far
          best = d
        }
      }
      if (best >= 0) {
        this.#parent[pixel] = best
        this.#mark[pixel] = this.#time
        this.#far[pixel] = least + 1
      } else this.#abandon(pixel, tree)
    }
    this.#orphans.length = 0
  }

  /** How far a pixel is from its terminal, or -1 if its branch is broken. */
  #root(pixel: number): number {
    let steps = 0
    let at = pixel
    for (;;) {
      if (this.#mark[at] === this.#time) {
        steps += this.#far[at] as number
        break
      }
      const d = this.#parent[at] as number
      if (d === TERMINAL) {
        this.#mark[at] = this.#time
        this.#far[at] = 1
        steps += 1
        break
      }
      if (d >= ORPHAN) return -1
      at += this.#offsets[d] as number
      steps++
    }
    // What lies on the way is known now; the next orphan beside it need not walk it again.
    let far = steps
    for (at = pixel; this.#mark[at] !== this.#time; at += this.#offsets[this.#parent[at] as number] as number) {
      this.#mark[at] = this.#time
      this.#far[at] = far--
    }
    return steps
  }

  #abandon(pixel: number, tree: number): void {
    for (let d = 0; d < 8; d++) {
      const neighbour = pixel + (this.#offsets[d] as number)
      if (this.#tree[neighbour] !== tree) continue
      if (this.#leads(neighbour, 7 - d, tree)) this.#activate(neighbour)
      if (this.#parent[neighbour] === 7 - d) this.#orphan(neighbour)
    }
    this.#tree[pixel] = FREE
    this.#parent[pixel] = NONE
  }
}
