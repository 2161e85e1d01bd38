/**
 * Where the sides of a box are meant to lie: on the sides of a neighbour or the border of the image, else in line with
 * those of a neighbour that is not far. Found in the index of the scene: a question looks at what lies along the sides
 * alone, and allocates nothing for a mark.
 */

import type { Box, Size } from "#geometry/box.ts"
import type { Scene } from "./scene.ts"

/** A side goes to what it touches within this share of the pointer's reach: less far than a single point. */
const TOUCH = 2 / 3
/** To what it is merely in line with, it goes half as far. */
const LINE = 1 / 3
/** What is further away than so many CSS pixels is nothing to be in line with. */
const FAR = 120
/** Along a side with more neighbours than this, everything would be in line with something: only what touches counts. */
const CROWD = 40

/** From one end to the other, image pixels. */
export interface Guide {
  readonly from: readonly [x: number, y: number]
  readonly to: readonly [x: number, y: number]
}

export interface Question {
  readonly box: Box
  /** The sides of it that may go: of "nesw". */
  readonly sides: string
  /** Image pixels that count as near. */
  readonly reach: number
  /** Image pixels per pixel of the screen. */
  readonly pixel: number
  readonly image: Size
  /** Whether a mark is no neighbour: it is what moves. */
  isPassed(id: string): boolean
}

/** The best of one axis so far; one object for each axis, used again and again. */
interface Best {
  /** How far to go; NaN: nowhere. */
  shift: number
  /** The least cost so far: what touches costs its distance, what is in line with it so much more that it comes last. */
  cost: number
  place: number
  /** How far along the other axis the line reaches. */
  low: number
  high: number
}

const IN_LINE = 1e9

export class Alignment {
  readonly #scene: Scene
  readonly #across: Best = { shift: Number.NaN, cost: 0, place: 0, low: 0, high: 0 }
  readonly #down: Best = { shift: Number.NaN, cost: 0, place: 0, low: 0, high: 0 }
  /** How many marks the last question looked at. */
  looked = 0

  constructor(scene: Scene) {
    this.#scene = scene
  }

  /** How far the box is to go, and the lines that it then lies along; null if it lies well where it is. */
  find(question: Question): { readonly dx: number; readonly dy: number; readonly guides: readonly Guide[] } | null {
    this.looked = 0
    const [across, down] = [this.#across, this.#down]
    this.#search(question, across, 0)
    this.#search(question, down, 1)
    if (Number.isNaN(across.shift) && Number.isNaN(down.shift)) return null
    const { box } = question
    const dx = Number.isNaN(across.shift) ? 0 : across.shift
    const dy = Number.isNaN(down.shift) ? 0 : down.shift
    const guides: Guide[] = []
    if (!Number.isNaN(across.shift)) {
      const [low, high] = [Math.min(across.low, box.y + dy), Math.max(across.high, box.y + box.h + dy)]
      guides.push({ from: [across.place, low], to: [across.place, high] })
    }
    if (!Number.isNaN(down.shift)) {
      const [low, high] = [Math.min(down.low, box.x + dx), Math.max(down.high, box.x + box.w + dx)]
      guides.push({ from: [low, down.place], to: [high, down.place] })
    }
    return { dx, dy, guides }
  }

  /** `axis` 0: the left and right sides, which go across; 1: the upper and lower ones. */
  #search(question: Question, best: Best, axis: 0 | 1): void {
    const { box, sides, reach, image } = question
    best.shift = Number.NaN
    best.cost = Number.POSITIVE_INFINITY
    const [near, far] = axis === 0 ? ["w", "e"] : ["n", "s"]
    const start = axis === 0 ? box.x : box.y
    const length = axis === 0 ? box.w : box.h
    const [low, span] = axis === 0 ? [box.y, box.h] : [box.x, box.w]
    for (const side of [near, far]) {
      if (!sides.includes(side as string)) continue
      const at = side === near ? start : start + length
      const end = axis === 0 ? image.width : image.height
      for (const border of [0, end]) {
        const away = Math.abs(border - at)
        if (away <= TOUCH * reach) take(best, border - at, away, border, low, low + span)
      }
      this.#neighbours(question, best, axis, at)
    }
  }

  /** Looks at the marks along the side at `at`. */
  #neighbours({ box, reach, pixel, isPassed }: Question, best: Best, axis: 0 | 1, at: number): void {
    const scene = this.#scene
    const [low, high] = axis === 0 ? [box.y, box.y + box.h] : [box.x, box.x + box.w]
    const wide = TOUCH * reach
    const far = FAR * pixel
    const strip =
      axis === 0
        ? { x: at - wide, y: low - far, w: 2 * wide, h: high - low + 2 * far }
        : { x: low - far, y: at - wide, w: high - low + 2 * far, h: 2 * wide }
    const slots = scene.near(strip)
    this.looked += slots.length
    const isCrowded = slots.length > CROWD
    for (const slot of slots) {
      if (scene.isHidden(slot) || isPassed(scene.markAt(slot).id)) continue
      const [from, to] = [scene.sideAt(slot, 1 - axis), scene.sideAt(slot, 3 - axis)]
      const isTouching = from <= high + wide && to >= low - wide
      if (!isTouching && isCrowded) continue
      for (let end = 0; end < 4; end += 2) {
        const place = scene.sideAt(slot, axis + end)
        const away = Math.abs(place - at)
        if (away > (isTouching ? wide : LINE * reach)) continue
        take(best, place - at, isTouching ? away : IN_LINE + away, place, from, to)
      }
    }
  }
}

function take(best: Best, shift: number, cost: number, place: number, low: number, high: number): void {
  if (cost >= best.cost) return
  best.shift = shift
  best.cost = cost
  best.place = place
  best.low = low
  best.high = high
}
