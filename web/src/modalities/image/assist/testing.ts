/** Made pictures whose shapes are known, for tests of the assistance. */

import type { XY } from "#geometry/path.ts"
import { areaOf, common, type Spans, united } from "#geometry/spans.ts"
import type { Answerer, Assistance, Reply } from "./assistance.ts"
import { ArrayPixels } from "./methods/arrayPixels.ts"
import { finished } from "./methods/steps.ts"
import { Workshop } from "./methods/workshop.ts"

type Colour = readonly [red: number, green: number, blue: number]

/** Each picture has noise of its own, the same in every run of a test file. */
let seed = 12345

/** A picture from a colour for each place, with noise of so many levels. */
export function picture(
  width: number,
  height: number,
  colourAt: (x: number, y: number) => Colour,
  noise = 8,
): ArrayPixels {
  const rgba = new Uint8ClampedArray(4 * width * height)
  let state = seed++
  for (let i = 0; i < width * height; i++) {
    const colour = colourAt(i % width, Math.floor(i / width))
    for (let c = 0; c < 3; c++) {
      // A linear congruential generator: Numerical Recipes, ch. 7.
      state = (Math.imul(1664525, state) + 1013904223) >>> 0
      rgba[4 * i + c] = (colour[c] as number) + ((state / 2 ** 32) * 2 - 1) * noise
    }
    rgba[4 * i + 3] = 255
  }
  return new ArrayPixels({ width, height, rgba })
}

export const RED: Colour = [190, 60, 50]
export const GREEN: Colour = [70, 120, 80]

/** A red disc on green. */
export function disc(width: number, height: number, [cx, cy]: XY, radius: number, noise = 8): ArrayPixels {
  return picture(width, height, (x, y) => (inDisc(x, y, [cx, cy], radius) ? RED : GREEN), noise)
}

function inDisc(x: number, y: number, [cx, cy]: XY, radius: number): boolean {
  return Math.hypot(x + 0.5 - cx, y + 0.5 - cy) <= radius
}

/** The pixels of the disc. */
export function discSpans(width: number, height: number, at: XY, radius: number): Spans {
  const cells: number[] = []
  for (let y = 0; y < height; y++) {
    const on = Array.from({ length: width }, (_, x) => inDisc(x, y, at, radius))
    const start = on.indexOf(true)
    if (start >= 0) cells.push(y, start, on.lastIndexOf(true) + 1)
  }
  return Int32Array.from(cells)
}

/** What two sets of pixels share of what they cover together. */
export function iouOf(one: Spans, other: Spans): number {
  return areaOf(common(one, other)) / Math.max(1, areaOf(united(one, other)))
}

/** Answers in the same thread, a moment later. Images go by their addresses. */
export class DirectAnswerer implements Answerer {
  readonly #workshop: Workshop
  /** How many jobs have been called off. */
  calledOff = 0

  constructor(images: Readonly<Record<string, ArrayPixels>>) {
    this.#workshop = new Workshop((url) => {
      const pixels = images[url]
      if (!pixels) throw new Error(`There is no image ${url}.`)
      return pixels
    })
  }

  ask(...[job, , then]: Parameters<Answerer["ask"]>): () => void {
    let isOff = false
    queueMicrotask(() => {
      if (isOff) return
      let reply: Reply
      try {
        reply = { answer: finished(this.#workshop.do(job)) }
      } catch (error) {
        reply = { problem: (error as Error).message }
      }
      then(reply)
    })
    return () => {
      isOff = true
      this.calledOff++
    }
  }
}

/** All that is under way in this thread is done. */
export async function answered(workspace: { readonly assistance: Assistance }): Promise<void> {
  do await Promise.resolve()
  while (workspace.assistance.isAsking)
}
