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

/** The address that a text is, if it can be opened: only the web's are. */
export function addressIn(text: string): string | null {
  try {
    const { protocol, href } = new URL(text.trim())
    return protocol === "http:" || protocol === "https:" ? href : null
  } catch {
    return null
  }
}
