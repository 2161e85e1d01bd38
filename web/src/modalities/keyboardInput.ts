/** Keys become commands, unless they are text being typed or work a control that has the focus. */

import type { Commands } from "#editor/commands.ts"
import type { Keymap } from "#editor/keymap.ts"
import { chordOf } from "#editor/keys.ts"
import { type Host, keyModeOf } from "./host.ts"

/** Keys that operate a focused control; with a modifier they are free for commands. */
const CONTROL_KEYS = /^(Shift\+)?(Enter|Space|Tab|Arrow(Up|Down|Left|Right)|Home|End|PageUp|PageDown)$/
const CONTROLS =
  "button, a[href], input, select, summary, [role=option], [role=listbox], [role=radio], [role=slider], [role=tab]"

export interface KeyboardParts<H extends Host> {
  readonly page: Window
  /** The editor; keys elsewhere on the page are not ours, those on nothing at all are. */
  readonly root: HTMLElement
  /** What is worked at: here Tab goes from mark to mark. */
  readonly stage: HTMLElement
  readonly workspace: H
  readonly commands: () => Commands<H>
  readonly keymap: () => Keymap
  /** What the space bar does while it is held; absent: nothing of its own. */
  readonly onSpace?: (isDown: boolean) => void
  /** A key was let go: whatever lasts while one is held is over. */
  readonly onRelease?: () => void
  readonly isMac: boolean
  /** The first key of a sequence has been pressed (its chord), or the sequence is over (null). */
  readonly onPrefix: (chord: string | null) => void
}

/** Begins to listen; returns how to stop. */
export function listenToKeys<H extends Host>(parts: KeyboardParts<H>): () => void {
  const stop = new AbortController()
  const { signal } = stop
  const { page, onSpace, onRelease } = parts
  page.addEventListener("keydown", (event) => pressed(parts, event), { signal })
  page.addEventListener(
    "keyup",
    (event) => {
      if (event.code === "Space") onSpace?.(false)
      onRelease?.()
    },
    { signal },
  )
  page.addEventListener(
    "blur",
    () => {
      onSpace?.(false)
      onRelease?.()
    },
    { signal },
  )
  return () => stop.abort()
}

function pressed<H extends Host>(parts: KeyboardParts<H>, event: KeyboardEvent): void {
  const { workspace, root, stage, onSpace } = parts
  const target = event.target instanceof HTMLElement ? event.target : null
  const isOurs = target === null || target === target.ownerDocument.body || root.contains(target)
  // A dialog has the keys to itself; it also lies outside the editor's own element.
  const isCovered = workspace.opened !== null && workspace.opened !== "display"
  if (event.defaultPrevented || event.isComposing || !isOurs || isCovered) return
  const chord = chordOf(
    {
      code: event.code,
      key: event.key,
      ctrlKey: event.ctrlKey,
      altKey: event.altKey,
      shiftKey: event.shiftKey,
      metaKey: event.metaKey,
      altGraph: event.getModifierState("AltGraph"),
    },
    parts.isMac,
  )
  if (chord === null) return
  const isOnStage = target !== null && stage.contains(target)
  const isTyping = target !== null && takesText(target)
  if (!isOnStage && !isTyping && target?.closest(CONTROLS) && CONTROL_KEYS.test(chord)) return
  if (chord.endsWith("Tab") && !isOnStage) return
  if (chord === "Space" && !isTyping && onSpace) {
    event.preventDefault()
    onSpace(true)
    return
  }
  const mode = keyModeOf(workspace)
  const meaning = parts.keymap().press(chord, mode, event.timeStamp, isTyping)
  parts.onPrefix(meaning.kind === "prefix" ? chord : null)
  if (meaning.kind === "none") return
  if (meaning.kind === "command") {
    const commands = parts.commands()
    // With no mark to go to, Tab must lead out of the canvas.
    if (chord.endsWith("Tab") && commands.refusal(meaning.id, workspace, mode) !== null) return
    event.preventDefault()
    if (event.repeat && !commands.get(meaning.id).repeats) return
    const refusal = commands.run(meaning.id, workspace, mode)
    if (refusal !== null) workspace.say(refusal, true)
  } else event.preventDefault()
}

function takesText(target: HTMLElement): boolean {
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement)
    return true
  const typed = ["text", "search", "number", "date", "email", "url", "tel", "password"]
  return target instanceof HTMLInputElement && typed.includes(target.type)
}
