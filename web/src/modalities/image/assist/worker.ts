/** The worker: fetches and decodes images, drives jobs in short strokes, and drops those that are called off. */

import type { Size } from "#geometry/box.ts"
import { tilePicture, wantedOf } from "../tiles/tilePicture.ts"
import { firstWindow, type TilesHead } from "../tiles/window.ts"
import type { ImageSource } from "./assistance.ts"
import type { FromWorker, ToWorker } from "./messages.ts"
import { BitmapPixels } from "./methods/bitmapPixels.ts"
import type { Pixels } from "./methods/raster.ts"
import { Workshop } from "./methods/workshop.ts"
import { type Paper, TilePixels } from "./tilePixels.ts"

/** Between two strokes messages are let in. */
const STROKE_MS = 12
const IMAGES_KEPT = 3
/** Larger images are decoded to this size: four bytes a pixel. */
const PIXELS_MAX = 60_000_000

type Opened = Pixels & { close(): void }

const images = new Map<string, Promise<Opened>>()
const opened = new Map<string, Opened>()
const calledOff = new Set<number>()
let last: Promise<void> = Promise.resolve()

const newWorkshop = () =>
  new Workshop((url) => {
    const pixels = opened.get(url)
    if (!pixels) throw new Error("The image is not there any more. Try again.")
    return pixels
  })
let workshop = newWorkshop()

self.addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === "callOff") calledOff.add(data.id)
  else last = last.then(() => work(data))
})

async function work({ id, job, images: sources }: Extract<ToWorker, { type: "job" }>): Promise<void> {
  try {
    for (const source of sources) open(source.url, await pixelsOf(source))
    const steps = workshop.do(job)
    for (;;) {
      const until = performance.now() + STROKE_MS
      let next = steps.next()
      while (!next.done && !next.value && performance.now() < until) next = steps.next()
      if (!next.done) await next.value
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

function open(url: string, pixels: Opened): void {
  // What was found in an image holds only as long as it looks the same.
  if (opened.has(url) && opened.get(url) !== pixels) workshop = newWorkshop()
  opened.set(url, pixels)
}

/** The images used last are kept decoded. */
function pixelsOf(source: ImageSource): Promise<Opened> {
  const key = JSON.stringify([source.url, source.tiles ?? null])
  const known = images.get(key) ?? read(source)
  images.delete(key)
  images.set(key, known)
  known.catch(() => images.delete(key))
  for (const oldest of [...images.keys()].slice(0, -IMAGES_KEPT)) {
    void images.get(oldest)?.then((pixels) => {
      pixels.close()
      for (const [url, each] of opened) if (each === pixels) opened.delete(url)
    })
    images.delete(oldest)
  }
  return known
}

/** Its tiles, where it has some already, else the small picture. */
async function read({ url, size, tiles }: ImageSource): Promise<Opened> {
  const head = tiles ? await headAt(tiles.address) : null
  if (!tiles || !head) return decoded(url, size)
  const window = head.form === "values" ? (tiles.window ?? firstWindow(head)) : null
  const whole = new AbortController().signal
  return new TilePixels(head, (tile) => tilePicture(wantedOf(tiles.address, head, window, tile), whole), newPaper)
}

/** The tiles as they are described; null where they are still being made, or cannot be had now. */
async function headAt(address: string): Promise<TilesHead | null> {
  try {
    const answer = await fetch(address)
    return answer.ok ? ((await answer.json()) as { head: TilesHead | null }).head : null
  } catch {
    return null
  }
}

function newPaper(width: number, height: number): Paper<ImageBitmap> {
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true })
  if (!context) throw new Error("This browser gives no pixels to read.")
  context.imageSmoothingQuality = "high"
  return {
    draw: (picture, from, to) => context.drawImage(picture, from.x, from.y, from.w, from.h, to.x, to.y, to.w, to.h),
    rgba: () => context.getImageData(0, 0, width, height).data,
  }
}

async function decoded(url: string, size: Size): Promise<Opened> {
  // The picture is on screen, so the browser has it, even where its signed address has run out meanwhile.
  const response = await fetch(url, { cache: "force-cache" })
  if (!response.ok) throw new Error("The image could not be read again: load the page anew.")
  const blob = await response.blob()
  const share = Math.min(1, Math.sqrt(PIXELS_MAX / (size.width * size.height)))
  const smaller = { resizeWidth: Math.round(size.width * share), resizeQuality: "medium" } as const
  const bitmap = await createImageBitmap(blob, share < 1 ? smaller : {})
  return new BitmapPixels(bitmap, size)
}
