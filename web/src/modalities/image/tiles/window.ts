/** How values become shades: which bands are shown, and which values are black and white. */

export interface Band {
  readonly name: string
  readonly low: number
  readonly high: number
  readonly least: number
  readonly greatest: number
}

/** What the server says of an image's tiles: `fairmark.modalities.image.pixels.pack.Head`. */
export interface TilesHead {
  readonly form: "picture" | "values"
  readonly width: number
  readonly height: number
  readonly tile: number
  readonly levels: number
  readonly alpha: boolean
  readonly bits: number
  readonly bands: readonly Band[]
  readonly scale: number
  readonly offset: number
  readonly shown: readonly number[]
  readonly inverted: boolean
  readonly unit: string
}

/** `bands`: one in grey, or three as red, green and blue. `ends`: the values that are black and white, of each of them. */
export interface Window {
  readonly bands: readonly number[]
  readonly ends: readonly (readonly [low: number, high: number])[]
  readonly inverted: boolean
}

/** What the file itself asks for. */
export function firstWindow({ bands, shown, inverted }: TilesHead): Window {
  return { bands: shown, ends: endsOf(bands, shown), inverted }
}

/** The same with other bands, as they are first shown. */
export function withBands({ bands }: TilesHead, window: Window, shown: readonly number[]): Window {
  return { ...window, bands: shown, ends: endsOf(bands, shown) }
}

function endsOf(bands: readonly Band[], shown: readonly number[]): (readonly [number, number])[] {
  return shown.map((band) => [bands[band]?.low ?? 0, bands[band]?.high ?? 1] as const)
}

/** All shown bands with black at `low` and white at `high`; the window is never narrower than one stored step. */
export function withEnds(head: TilesHead, window: Window, low: number, high: number): Window {
  const least = Math.abs(head.scale)
  const top = high - low < least ? low + least : high
  return { ...window, ends: window.ends.map(() => [low, top] as const) }
}

/** Moved by shares of its own width: `level` brighter below 0, `width` softer above 0. */
export function dragged(head: TilesHead, window: Window, width: number, level: number): Window {
  const least = Math.abs(head.scale)
  const ends = window.ends.map(([low, high]) => {
    const span = Math.max(least, (high - low) * Math.exp(width))
    const middle = (low + high) / 2 + level * (high - low)
    return [middle - span / 2, middle + span / 2] as const
  })
  return { ...window, ends }
}

/** The shade, 0 to 255, of every stored number: a table of 2 ** bits. */
export function shadesOf(head: TilesHead, [low, high]: readonly [number, number], inverted: boolean): Uint8Array {
  const table = new Uint8Array(2 ** head.bits)
  const span = Math.max(high - low, 1e-12)
  for (let stored = 0; stored < table.length; stored++) {
    const shade = Math.min(255, Math.max(0, ((stored * head.scale + head.offset - low) * 255) / span))
    table[stored] = Math.round(inverted ? 255 - shade : shade)
  }
  return table
}
