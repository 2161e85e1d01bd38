/**
 * Key combinations as they are written in tables and shown on screen: "Ctrl+K", "Shift+Enter", "?", "ArrowUp".
 * "Ctrl" means the command key on a Mac, where people expect it.
 */

export interface Combination {
  readonly ctrl: boolean
  readonly shift: boolean
  readonly alt: boolean
  /** KeyboardEvent.key; letters in lower case. */
  readonly key: string
}

type Pressed = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey">

/** Whether the command key stands in for Ctrl here. */
export const isMac = typeof navigator !== "undefined" && /mac|iphone|ipad/i.test(navigator.userAgent)

/** Reads a written combination. Throws a RangeError for an empty one or an unknown modifier. */
export function combination(written: string): Combination {
  const parts = written === "+" ? ["+"] : written.split(/\+(?=.)/)
  const key = parts.pop() ?? ""
  if (!key) throw new RangeError("A key combination needs a key.")
  for (const part of parts) {
    if (!["Ctrl", "Shift", "Alt"].includes(part)) throw new RangeError(`${part} is none of Ctrl, Shift, Alt.`)
  }
  return {
    ctrl: parts.includes("Ctrl"),
    shift: parts.includes("Shift"),
    alt: parts.includes("Alt"),
    key: key.length === 1 ? key.toLowerCase() : key,
  }
}

/** Whether a key press is this combination. Shift is free for signs such as "?" that need it on some keyboards. */
export function pressed(event: Pressed, written: string, mac = isMac): boolean {
  const wanted = combination(written)
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
  const isSign = wanted.key.length === 1 && !/[a-z0-9 ]/.test(wanted.key)
  return (
    key === wanted.key &&
    (mac ? event.metaKey : event.ctrlKey) === wanted.ctrl &&
    event.altKey === wanted.alt &&
    (isSign || event.shiftKey === wanted.shift)
  )
}

const signs: Readonly<Record<string, string>> = {
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
  Enter: "Enter",
  Escape: "Esc",
  Delete: "Del",
  Backspace: "⌫",
  " ": "Space",
}

/** The caps to draw, in order: "Ctrl+Shift+k" gives Ctrl, Shift, K; on a Mac ⌘, ⇧, K. */
export function caps(written: string, mac = isMac): readonly string[] {
  const { ctrl, shift, alt, key } = combination(written)
  const caps: string[] = []
  if (ctrl) caps.push(mac ? "⌘" : "Ctrl")
  if (alt) caps.push(mac ? "⌥" : "Alt")
  if (shift) caps.push(mac ? "⇧" : "Shift")
  caps.push(signs[key] ?? (key.length === 1 ? key.toUpperCase() : key))
  return caps
}

/** Whether a key typed here is text rather than a command. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement)
    return true
  if (!(target instanceof HTMLInputElement)) return false
  return !["button", "checkbox", "color", "file", "radio", "range", "reset", "submit"].includes(target.type)
}
