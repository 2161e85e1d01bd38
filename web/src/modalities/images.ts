/** The images of an item as the pages get them from the server, in the shapes that are drawn. */

/** What the server says of an asset; one that is still fetched has no address or size. */
interface Told {
  readonly url: string | null
  readonly tiles?: string | null
  readonly thumbnail?: string | null
  readonly name: string
  readonly media_type: string
  readonly width: number | null
  readonly height: number | null
}

export interface ItemAsset {
  readonly url: string
  readonly tiles: string | null
  readonly thumbnail: string | null
  readonly name: string
  readonly mediaType: string
  readonly width: number
  readonly height: number
}

/** For an editor. None while one of them is not here: marks name images by their number. */
export function assetsOf(assets: readonly Told[]): ItemAsset[] {
  const here = assets.flatMap(({ url, tiles = null, thumbnail = null, name, media_type: mediaType, width, height }) =>
    url && width && height ? [{ url, tiles, thumbnail, name, mediaType, width, height }] : [],
  )
  return here.length === assets.length ? here : []
}

/** For a look at an answer, of which each image is drawn as it is. */
export function imagesOf(media: readonly Told[]) {
  return media.map(({ name, width, height, url }) => ({ name, width, height, thumbnail: null, media: url }))
}
