/**
 * The marks of one asset as the canvas needs them: a slot each, bounds in a spatial index, slots in drawing order.
 * It follows the store change by change; nothing here is rebuilt because one mark moved.
 */

import type { Mark } from "#editor/annotation.ts"
import { type Box, encloses, touches } from "#geometry/box.ts"
import { BoxIndex } from "#geometry/boxIndex.ts"
import type { ImagePoint } from "#geometry/point.ts"
import type { PlacedImageKind } from "./kinds/kind.ts"
import { placedKind } from "./kinds/table.ts"

const CAPACITY_FIRST = 256
/** z counts first, then the place in the document; both fit a double exactly. */
const ORDER_RANGE = 2 ** 31

export class Scene {
  readonly #slotOf = new Map<string, number>()
  readonly #index = new BoxIndex()
  readonly #free: number[] = []
  readonly #found: number[] = []
  #marks: (Mark | undefined)[] = []
  #kinds: (PlacedImageKind | undefined)[] = []
  /** x0, y0, x1, y1 of each slot. */
  #bounds = new Float64Array(4 * CAPACITY_FIRST)
  #rank = new Float64Array(CAPACITY_FIRST)
  #hidden = new Uint8Array(CAPACITY_FIRST)
  #lifted = new Uint8Array(CAPACITY_FIRST)
  #weight = new Float64Array(CAPACITY_FIRST)
  #ordered = new Int32Array(CAPACITY_FIRST)
  #isOrdered = true
  #used = 0
  /** Another number whenever marks came, went or changed places in the drawing order. */
  orderVersion = 0

  get size(): number {
    return this.#slotOf.size
  }

  slotOf(id: string): number | undefined {
    return this.#slotOf.get(id)
  }

  markAt(slot: number): Mark {
    return this.#marks[slot] as Mark
  }

  kindAt(slot: number): PlacedImageKind {
    return this.#kinds[slot] as PlacedImageKind
  }

  /** False for a slot whose mark is gone. */
  hasMark(slot: number): boolean {
    return this.#marks[slot] !== undefined
  }

  boundsAt(slot: number): Box {
    return this.kindAt(slot).bounds(this.markAt(slot).geometry)
  }

  boundsOf(id: string): Box | null {
    const slot = this.#slotOf.get(id)
    return slot === undefined ? null : this.boundsAt(slot)
  }

  /** Puts a mark in, or its new version in place of the old. Marks without a place are left out. */
  put(mark: Mark, order: number, isHidden: boolean): void {
    const kind = placedKind(mark.kind)
    if (!kind) return
    const known = this.#slotOf.get(mark.id)
    const slot = known ?? this.#free.pop() ?? this.#used++
    if (slot >= this.#rank.length) this.#grow()
    const box = kind.bounds(mark.geometry)
    const rank = mark.z * ORDER_RANGE + order
    if (known === undefined || this.#rank[slot] !== rank) this.#disorder()
    this.#slotOf.set(mark.id, slot)
    this.#marks[slot] = mark
    this.#kinds[slot] = kind
    this.#rank[slot] = rank
    this.#hidden[slot] = isHidden ? 1 : 0
    this.#weight[slot] = kind.weight(mark.geometry)
    this.#bounds.set([box.x, box.y, box.x + box.w, box.y + box.h], 4 * slot)
    this.#index.set(slot, box)
  }

  remove(id: string): void {
    const slot = this.#slotOf.get(id)
    if (slot === undefined) return
    this.#slotOf.delete(id)
    this.#marks[slot] = undefined
    this.#lifted[slot] = 0
    this.#index.delete(slot)
    this.#free.push(slot)
    this.#disorder()
  }

  clear(): void {
    for (const id of [...this.#slotOf.keys()]) this.remove(id)
  }

  /** Asks anew of every mark whether it is hidden. */
  hide(isHidden: (mark: Mark) => boolean): void {
    for (const slot of this.#slotOf.values()) this.#hidden[slot] = isHidden(this.markAt(slot)) ? 1 : 0
  }

  /** Lifted marks are left out of the picture: something draws them elsewhere while they move. */
  lift(slot: number, isLifted: boolean): void {
    this.#lifted[slot] = isLifted ? 1 : 0
  }

  isLifted(slot: number): boolean {
    return this.#lifted[slot] === 1
  }

  /** Whether no other mark that is drawn lies over it: over its bounds, that is. */
  isOnTop(slot: number): boolean {
    const rank = this.#rank[slot] as number
    return !this.near(this.boundsAt(slot)).some((other) => (this.#rank[other] as number) > rank && this.isDrawn(other))
  }

  isDrawn(slot: number): boolean {
    return this.#hidden[slot] === 0 && this.#lifted[slot] === 0
  }

  isHidden(slot: number): boolean {
    return this.#hidden[slot] === 1
  }

  /** Whether the slot's bounds touch the box between the corners. */
  touches(slot: number, x0: number, y0: number, x1: number, y1: number): boolean {
    const at = 4 * slot
    const bounds = this.#bounds
    return (
      (bounds[at] as number) <= x1 &&
      (bounds[at + 1] as number) <= y1 &&
      (bounds[at + 2] as number) >= x0 &&
      (bounds[at + 3] as number) >= y0
    )
  }

  /** The slots in drawing order; what is on top comes last. Valid until the next change. */
  ordered(): Int32Array {
    if (!this.#isOrdered) {
      if (this.#ordered.length < this.#rank.length) this.#ordered = new Int32Array(this.#rank.length)
      let count = 0
      for (const slot of this.#slotOf.values()) this.#ordered[count++] = slot
      const rank = this.#rank
      this.#ordered.subarray(0, count).sort((a, b) => (rank[a] as number) - (rank[b] as number))
      this.#isOrdered = true
    }
    return this.#ordered.subarray(0, this.#slotOf.size)
  }

  /** The slots whose bounds touch `box`, in drawing order. The list is reused by the next call. */
  query(box: Box): readonly number[] {
    this.#found.length = 0
    const rank = this.#rank
    return this.#index.query(box, this.#found).sort((a, b) => (rank[a] as number) - (rank[b] as number))
  }

  /** The slots whose bounds touch `box`, in no order. The list is reused by the next call. */
  near(box: Box): readonly number[] {
    this.#found.length = 0
    return this.#index.query(box, this.#found)
  }

  /** A side of the slot's bounds: 0 left, 1 upper, 2 right, 3 lower. */
  sideAt(slot: number, side: number): number {
    return this.#bounds[4 * slot + side] as number
  }

  /** What drawing the marks in `box` costs, a box being 1; adding up stops at `limit`. */
  weightIn(box: Box, limit: number): number {
    let weight = 0
    const { x, y } = box
    for (const slot of this.ordered()) {
      if (!this.isDrawn(slot) || !this.touches(slot, x, y, x + box.w, y + box.h)) continue
      weight += this.weightAt(slot)
      if (weight >= limit) break
    }
    return weight
  }

  weightAt(slot: number): number {
    return this.#weight[slot] as number
  }

  /**
   * Where a point near `at` is meant to lie: on a mark within `reach` image pixels, or null. Hidden marks and the one
   * called `except` are passed over.
   */
  snap(at: ImagePoint, reach: number, except?: string): ImagePoint | null {
    const near = { x: at[0] - reach, y: at[1] - reach, w: 2 * reach, h: 2 * reach }
    let best: { at: ImagePoint; distance: number } | null = null
    for (const slot of this.query(near)) {
      const mark = this.markAt(slot)
      if (this.#hidden[slot] === 1 || mark.id === except) continue
      const found = this.kindAt(slot).snap?.(mark.geometry, at, reach)
      if (found && (best === null || found.distance < best.distance)) best = found
    }
    return best?.at ?? null
  }

  /**
   * The mark that a pointer at `at` means, `reach` image pixels being near enough. With `beneath` the next candidate
   * after that one. `isOpen` says which marks can be meant.
   */
  pick(at: ImagePoint, reach: number, isOpen: (mark: Mark) => boolean, beneath?: string): string | null {
    const near = { x: at[0] - reach, y: at[1] - reach, w: 2 * reach, h: 2 * reach }
    const candidates: { id: string; cost: number }[] = []
    for (const slot of this.query(near)) {
      const mark = this.markAt(slot)
      if (this.#hidden[slot] === 1 || !isOpen(mark)) continue
      const cost = this.kindAt(slot).pickCost(mark.geometry, at, reach)
      // Reversed below, so that of equal candidates the one on top comes first.
      if (cost !== null) candidates.push({ id: mark.id, cost })
    }
    candidates.reverse().sort((a, b) => a.cost - b.cost)
    const after = beneath === undefined ? -1 : candidates.findIndex((each) => each.id === beneath)
    return candidates[(after + 1) % Math.max(1, candidates.length)]?.id ?? null
  }

  /** The ids of marks that lie in `box`, wholly or, with `touching`, in part; hidden ones are passed over. */
  within(box: Box, touching: boolean): string[] {
    const ids: string[] = []
    for (const slot of this.query(box)) {
      if (this.#hidden[slot] === 1) continue
      const bounds = this.boundsAt(slot)
      if (touching ? touches(box, bounds) : encloses(box, bounds)) ids.push(this.markAt(slot).id)
    }
    return ids
  }

  #disorder(): void {
    this.#isOrdered = false
    this.orderVersion++
  }

  #grow(): void {
    const length = 2 * this.#rank.length
    const grown = <A extends Float64Array | Uint8Array>(made: A, from: A): A => {
      made.set(from)
      return made
    }
    this.#bounds = grown(new Float64Array(4 * length), this.#bounds)
    this.#rank = grown(new Float64Array(length), this.#rank)
    this.#hidden = grown(new Uint8Array(length), this.#hidden)
    this.#lifted = grown(new Uint8Array(length), this.#lifted)
    this.#weight = grown(new Float64Array(length), this.#weight)
  }
}
