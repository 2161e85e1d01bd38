/** Fetches and decodes tiles beside the page's own thread. Values are kept as numbers, so that a new window costs no fetch. */

import { shadesOf, type TilesHead, type Window } from "./window.ts"

export interface TileOrder {
  readonly id: number
  /** One address for a picture; one for each shown band of values. */
  readonly urls: readonly string[]
  readonly head: TilesHead
  readonly window: Window | null
  readonly width: number
  readonly height: number
}

export type TileRequest = { readonly order: TileOrder } | { readonly cancel: number }
export type TileAnswer = { readonly id: number; readonly picture: ImageBitmap | null }

/** Numbers of the tiles looked at last. */
const NUMBERS_BYTES_MAX = 128 * 2 ** 20

const numbers = new Map<string, Uint8Array | Uint16Array>()
const running = new Map<number, AbortController>()
let bytes = 0
let tables: { readonly window: Window; readonly shades: readonly Uint8Array[] } | null = null

async function numbersAt(url: string, bits: number, signal: AbortSignal): Promise<Uint8Array | Uint16Array> {
  let found = numbers.get(url)
  if (found) numbers.delete(url)
  else {
    const buffer = await (await got(url, signal)).arrayBuffer()
    found = bits === 8 ? new Uint8Array(buffer) : new Uint16Array(buffer)
    bytes += found.byteLength
  }
  numbers.set(url, found)
  for (const [old, { byteLength }] of numbers) {
    if (bytes <= NUMBERS_BYTES_MAX) break
    numbers.delete(old)
    bytes -= byteLength
  }
  return found
}

async function got(url: string, signal: AbortSignal): Promise<Response> {
  const answer = await fetch(url, { signal })
  if (!answer.ok) throw new Error(`${answer.status}`)
  return answer
}

function shadesFor(head: TilesHead, window: Window): readonly Uint8Array[] {
  if (tables?.window !== window && JSON.stringify(tables?.window) !== JSON.stringify(window)) {
    tables = { window, shades: window.ends.map((ends) => shadesOf(head, ends, window.inverted)) }
  }
  return (tables as NonNullable<typeof tables>).shades
}

async function made({ urls, head, window, width, height }: TileOrder, signal: AbortSignal): Promise<ImageBitmap> {
  if (window === null) return createImageBitmap(await (await got(urls[0] as string, signal)).blob())
  const planes = await Promise.all(urls.map((url) => numbersAt(url, head.bits, signal)))
  const shades = shadesFor(head, window)
  const image = new ImageData(width, height)
  const [red, green, blue] = planes.length === 3 ? [0, 1, 2] : [0, 0, 0]
  const [r, g, b] = [planes[red], planes[green], planes[blue]] as [Uint16Array, Uint16Array, Uint16Array]
  const [tr, tg, tb] = [shades[red], shades[green], shades[blue]] as [Uint8Array, Uint8Array, Uint8Array]
  const out = image.data
  for (let at = 0, to = 0; at < width * height; at++, to += 4) {
    out[to] = tr[r[at] as number] as number
    out[to + 1] = tg[g[at] as number] as number
    out[to + 2] = tb[b[at] as number] as number
    out[to + 3] = 255
  }
  return createImageBitmap(image)
}

async function serve(order: TileOrder): Promise<void> {
  const calling = new AbortController()
  running.set(order.id, calling)
  let picture: ImageBitmap | null = null
  try {
    picture = await made(order, calling.signal)
  } catch {
    // Said by the missing picture: the page decides whether to ask again.
  }
  running.delete(order.id)
  postMessage({ id: order.id, picture } satisfies TileAnswer, { transfer: picture ? [picture] : [] })
}

addEventListener("message", ({ data }: MessageEvent<TileRequest>) => {
  if ("cancel" in data) running.get(data.cancel)?.abort()
  else void serve(data.order)
})
