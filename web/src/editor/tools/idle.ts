/** The select tool at rest: shows what a press would do, and on a press does the first part of it. */

import type { State } from "../tool.ts"
import { framing } from "./framing.ts"
import { panning } from "./panning.ts"
import { pressed } from "./pressed.ts"
import { reshaping } from "./reshaping.ts"

export const idle: State = {
  name: "idle",

  enter(host) {
    host.cursor("default")
  },

  pointerMove(host, { at, reach, shift }) {
    const grip = host.handleUnder(at, reach, shift)
    const id = grip ? grip.mark.id : host.pick(at, reach)
    host.hover(id)
    host.cursor(grip ? grip.handle.cursor : id === null ? "default" : host.selection.has(id) ? "move" : "pointer")
  },

  pointerOut(host) {
    host.hover(null)
  },

  pointerDown(host, pointer) {
    const { at, reach, shift, ctrl, alt } = pointer
    const grip = host.handleUnder(at, reach, shift)
    if (grip && !ctrl && !(shift && grip.handle.form === "square")) return reshaping(grip, pointer)
    const [only] = host.selection
    const id = host.pick(at, reach, alt && host.selection.size === 1 ? only : undefined)
    const link = id === null && !shift && !ctrl ? host.linkUnder(at, reach) : null
    if (link !== null) {
      host.selectLink(link)
      return undefined
    }
    if (shift || id === null) {
      return !shift && host.dragOnNothing === "pan" ? panning(pointer, true) : framing(pointer, shift || ctrl)
    }
    if (ctrl) {
      const next = new Set(host.selection)
      if (!next.delete(id)) next.add(id)
      host.select(next)
      return undefined
    }
    return pressed(pointer, id)
  },
}
