/** Draws rotated boxes by three places: along one edge by a drag or two clicks, then how far it reaches. */

import type { State, Tool } from "#editor/tool.ts"
import { placed } from "../path/plan.ts"
import { edging } from "./edging.ts"

const ready: State = {
  name: "ready",

  enter(host) {
    host.hover(null)
    host.cursor("crosshair")
  },

  // Shows where the first point would go by itself.
  pointerMove(host, pointer) {
    placed(host, pointer)
  },

  pointerDown(host, pointer) {
    const refusal = host.refusalToDraw("rotated_box")
    if (refusal === null) return edging(placed(host, pointer), pointer)
    host.say(refusal, true)
    return undefined
  },
}

export const edgeTool: Tool = { id: "rotated_box", title: "Draw rotated box", start: ready }
