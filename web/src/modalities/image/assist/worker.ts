/** The worker: fetches and decodes images, drives jobs in short strokes, and drops those that are called off. */

import type { Size } from "#geometry/box.ts"
import type { ImageSource } from "./assistance.ts"
import type { FromWorker, ToWorker } from "./messages.ts"
import { BitmapPixels } from "./methods/bitmapPixels.ts"
import { Workshop } from "./methods/workshop.ts"

/** Between two strokes messages are let in. */
const STROKE_MS = 12
const IMAGES_KEPT = 3
/** Larger images are decoded to this size: four bytes a pixel. */
const PIXELS_MAX = 60_000_000

const images = new Map<string, Promise<BitmapPixels>>()
const opened = new Map<string, BitmapPixels>()
const calledOff = new Set<number>()
let last: Promise<void> = Promise.resolve()

const workshop = new Workshop((url) => {
  const pixels = opened.get(url)
  if (!pixels) throw new Error("The image is not there any more. Try again.")
  return pixels
})

self.addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === "callOff") calledOff.add(data.id)
  else last = last.then(() => work(data))
})

async function work({ id, job, images: sources }: Extract<ToWorker, { type: "job" }>): Promise<void> {
  try {
    for (const source of sources) opened.set(source.url, await pixelsOf(source))
    const steps = workshop.do(job)
    for (;;) {
      const until = performance.now() + STROKE_MS
      let next = steps.next()
      while (!next.done && performance.now() < until) next = steps.next()
      if (calledOff.delete(id)) return
      if (next.done) {
        say({ id, reply: { answer: next.value } })
        return
      }
      await breath()
    }
  } catch (error) {
    if (!calledOff.delete(id)) say({ id, reply: { problem: error instanceof Error ? error.message : String(error) } })
  }
}

function say(message: FromWorker): void {
  self.postMessage(message)
}

/** A turn of the event loop: timers would wait for four milliseconds. */
function breath(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(null)
  })
}

/** The images used last are kept decoded. */
function pixelsOf({ url, size }: ImageSource): Promise<BitmapPixels> {
  const known = images.get(url) ?? decoded(url, size)
  images.delete(url)
  images.set(url, known)
  known.catch(() => images.delete(url))
  for (const oldest of [...images.keys()].slice(0, -IMAGES_KEPT)) {
    void images.get(oldest)?.then((pixels) => pixels.close())
    images.delete(oldest)
    opened.delete(oldest)
  }
  return known
}

async function decoded(url: string, size: Size): Promise<BitmapPixels> {
  // The picture is on screen, so the browser has it, even where its signed address has run out meanwhile.
  const response = await fetch(url, { cache: "force-cache" })
  if (!response.ok) throw new Error("The image could not be read again: load the page anew.")
  const blob = await response.blob()
  const share = Math.min(1, Math.sqrt(PIXELS_MAX / (size.width * size.height)))
  const smaller = { resizeWidth: Math.round(size.width * share), resizeQuality: "medium" } as const
  const bitmap = await createImageBitmap(blob, share < 1 ? smaller : {})
  return new BitmapPixels(bitmap, size)
}
