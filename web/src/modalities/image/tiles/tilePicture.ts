/** Fetches and decodes single tiles, in whichever worker asks. Values are kept as numbers: a new window costs no fetch. */

import { boxOf, type TileAt } from "./pyramid.ts"
import { shadesOf, type TilesHead, type Window } from "./window.ts"

export interface TileWanted {
  /** One address for a picture; one for each shown band of values. */
  readonly urls: readonly string[]
  readonly head: TilesHead
  readonly window: Window | null
  readonly width: number
  readonly height: number
}

/** What to ask for one tile. `address`: of the tiles' head. */
export function wantedOf(address: string, head: TilesHead, window: Window | null, tile: TileAt): TileWanted {
  const side = 2 ** tile.level
  const { w, h } = boxOf(head, tile)
  const urls = (window?.bands ?? [0]).map((band) => tileUrl(address, tile, band))
  return { urls, head, window, width: Math.ceil(w / side), height: Math.ceil(h / side) }
}

/** Where a tile lies; the signature in the address is good for all of them. */
function tileUrl(address: string, { level, column, row }: TileAt, band: number): string {
  return new URL(address.replace("/tiles/head?", `/tiles/${level}/${column}/${row}/${band}?`), location.href).href
}

/** Numbers of the tiles looked at last. */
const NUMBERS_BYTES_MAX = 128 * 2 ** 20

const numbers = new Map<string, Uint8Array | Uint16Array>()
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

/** The picture of one tile; rejects where it does not come. */
export async function tilePicture(
  { urls, head, window, width, height }: TileWanted,
  signal: AbortSignal,
): Promise<ImageBitmap> {
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
