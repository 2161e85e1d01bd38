/** Draws cuboids: the face in front by a drag or two clicks, then a click where the face behind is. */

import type { State, Tool } from "#editor/tool.ts"
import { caught } from "../box/preview.ts"
import { fronting } from "./fronting.ts"

const ready: State = {
  name: "ready",

  enter(host) {
    host.hover(null)
    host.cursor("crosshair")
  },

  // Shows where the first corner would go by itself.
  pointerMove(host, pointer) {
    caught(host, pointer)
  },

  pointerDown(host, pointer) {
    const refusal = host.refusalToDraw("cuboid")
    if (refusal === null) return fronting(caught(host, pointer))
    host.say(refusal, true)
    return undefined
  },
}

export const cuboidTool: Tool = { id: "cuboid", title: "Draw cuboid", start: ready }
