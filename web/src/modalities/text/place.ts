/** From what the browser says is selected to places in a text. */

import type { Passage } from "./passage.ts"
import type { Place } from "./workspace.ts"

/** The element that shows the text of an asset holds all of it, in order, and nothing else. */
export const PASSAGE = "[data-passage]"

/** The code point at a place of the page, or at the nearer end if that lies outside the element. */
export function pointAt(element: Element, text: Passage, node: Node, offset: number): number {
  if (!element.contains(node)) {
    const isAfter = element.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING
    return isAfter ? text.length : 0
  }
  const before = document.createRange()
  before.setStart(element, 0)
  before.setEnd(node, offset)
  return text.toPoint(before.toString().length)
}

/** What is selected in the text that the selection began in, or null. Empty where nothing but a place is chosen. */
export function placeSelected(selection: Selection, texts: ReadonlyMap<number, Passage>): Place | null {
  const { anchorNode, anchorOffset, focusNode, focusOffset } = selection
  const anchored = anchorNode instanceof Element ? anchorNode : anchorNode?.parentElement
  const element = anchored?.closest<HTMLElement>(PASSAGE)
  const asset = Number(element?.dataset.passage)
  const text = texts.get(asset)
  if (!element || !text || !anchorNode || !focusNode) return null
  const ends = [pointAt(element, text, anchorNode, anchorOffset), pointAt(element, text, focusNode, focusOffset)]
  return { asset, from: Math.min(...ends), to: Math.max(...ends) }
}
