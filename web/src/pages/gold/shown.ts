/** The images or text of an item as an editor takes them. */

export interface Shown {
  readonly url: string
  /** Where its tiles are described, if it is shown in tiles. */
  readonly tiles: string | null
  readonly name: string
  readonly mediaType: string
  readonly width: number
  readonly height: number
}

interface Told {
  readonly url: string | null
  readonly tiles?: string | null
  readonly name: string
  readonly media_type: string
  readonly width: number | null
  readonly height: number | null
}

/** All of them, or none while one is not ready: marks name them by number. */
export function shown(assets: readonly Told[]): Shown[] {
  const ready = assets.flatMap(({ url, tiles, name, media_type: mediaType, width, height }) =>
    url && width && height ? [{ url, tiles: tiles ?? null, name, mediaType, width, height }] : [],
  )
  return ready.length === assets.length ? ready : []
}
