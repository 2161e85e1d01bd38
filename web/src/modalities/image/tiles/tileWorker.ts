/** Gets tiles beside the page's own thread. */

import { type TileWanted, tilePicture } from "./tilePicture.ts"

export interface TileOrder extends TileWanted {
  readonly id: number
}

export type TileRequest = { readonly order: TileOrder } | { readonly cancel: number }
export type TileAnswer = { readonly id: number; readonly picture: ImageBitmap | null }

const running = new Map<number, AbortController>()

async function serve(order: TileOrder): Promise<void> {
  const calling = new AbortController()
  running.set(order.id, calling)
  let picture: ImageBitmap | null = null
  try {
    picture = await tilePicture(order, calling.signal)
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
