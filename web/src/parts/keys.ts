/** Keys outside the editor, in the editor's own spelling (editor/keys.ts): "Ctrl+K", "?", "T H" for two in a row. */

import { chordOf, keysInWords, parseKeys, writesText } from "#editor/keys.ts"

/** Whether the command key stands in for Ctrl here. */
export const isMac = typeof navigator !== "undefined" && /mac|iphone|ipad/i.test(navigator.userAgent)

/** Whether a key press is this chord. Throws a SyntaxError if `keys` names no key. */
export function pressed(event: KeyboardEvent, keys: string, mac = isMac): boolean {
  const { code, key, ctrlKey, altKey, shiftKey, metaKey } = event
  const altGraph = event.getModifierState("AltGraph")
  return chordOf({ code, key, ctrlKey, altKey, shiftKey, metaKey, altGraph }, mac) === parseKeys(keys)
}

/** The caps to draw, one list per chord: "Ctrl+Shift+k" gives [["Ctrl", "Shift", "K"]]; on a Mac ⌘ for Ctrl. */
export function caps(keys: string, mac = isMac): readonly (readonly string[])[] {
  return parseKeys(keys)
    .split(" ")
    .map((chord) => keysInWords(chord, mac).split("+"))
}

/** Whether these keys would write text where text is being typed. */
export const isText = (keys: string): boolean => writesText(parseKeys(keys))

/** Whether a key typed here is text rather than a command. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement)
    return true
  if (!(target instanceof HTMLInputElement)) return false
  return !["button", "checkbox", "color", "file", "radio", "range", "reset", "submit"].includes(target.type)
}
