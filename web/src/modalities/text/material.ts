/** The things an item of texts is made of. */

import { Passage } from "./passage.ts"

export interface TextAsset {
  readonly url: string
  readonly name: string
  /** image/..., or else a text. */
  readonly mediaType: string
  /** Of a text its code points, of a picture pixels. */
  readonly width: number
  readonly height: number
}

/** The text at an address of ours. Throws TypeError or RangeError where it cannot be had. */
export async function loadText(url: string): Promise<Passage> {
  const answer = await fetch(url)
  if (!answer.ok) throw new RangeError(`The server answered ${answer.status}.`)
  // A mark of the byte order counts as a character, as it does where the marks are checked.
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true })
  return new Passage(decoder.decode(await answer.arrayBuffer()))
}

const GLIMPSE_BYTES = 600

/** The beginning of the text at an address of ours, on one line. Throws TypeError or RangeError where there is none. */
export async function glimpse(url: string): Promise<string> {
  const answer = await fetch(url, { headers: { range: `bytes=0-${GLIMPSE_BYTES - 1}` } })
  // Texts are sent as bytes of no type, so that no browser makes a page of them.
  if (!answer.ok || answer.headers.get("content-type")?.startsWith("image/"))
    throw new RangeError(`The server answered ${answer.status}, and no text.`)
  const bytes = new Uint8Array(await answer.arrayBuffer()).subarray(0, GLIMPSE_BYTES)
  // The last character may be cut in two: a stream waits for its other half.
  const text = new TextDecoder("utf-8").decode(bytes, { stream: true })
  return text.replace(/\s+/g, " ").trim()
}

/** The address that a text is, if it can be opened: only the web's are. */
export function addressIn(text: string): string | null {
  try {
    const { protocol, href } = new URL(text.trim())
    return protocol === "http:" || protocol === "https:" ? href : null
  } catch {
    return null
  }
}
