/** Waits for the first corner. Marks that are there do not catch the pointer. */

import type { State } from "#editor/tool.ts"
import { cornered } from "./cornered.ts"

export const ready: State = {
  name: "ready",

  enter(host) {
    host.hover(null)
    host.cursor("crosshair")
  },

  pointerDown(host, pointer) {
    const refusal = host.refusalToDraw("box")
    if (refusal === null) return cornered(pointer)
    host.say(refusal, true)
    return undefined
  },
}
