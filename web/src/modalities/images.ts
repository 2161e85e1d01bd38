/** The images of an item as the pages get them from the server, in the shapes that are drawn. */

/** What the server says of each asset. */
interface Media {
  readonly url: string
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
export function assetsOf(media: readonly Media[]): ItemAsset[] {
  if (media.some(({ width, height }) => !width || !height)) return []
  return media.map(({ url, tiles, thumbnail, name, media_type: mediaType, width, height }) => ({
    url,
    tiles: tiles ?? null,
    thumbnail: thumbnail ?? null,
    name,
    mediaType,
    width: width as number,
    height: height as number,
  }))
}

/** For a look at an answer, of which each image is drawn as it is. */
export function imagesOf(media: readonly Media[]) {
  return media.map(({ name, width, height, url }) => ({ name, width, height, thumbnail: null, media: url }))
}
