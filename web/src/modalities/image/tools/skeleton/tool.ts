/**
 * Draws skeletons: a drag opens the frame of the whole default pose, a click begins to place point by point. One mark
 * after another, until another tool is chosen.
 */

import type { State, Tool } from "#editor/tool.ts"
import { pressed } from "./pressed.ts"

const ready: State = {
  name: "ready",
  enter(host) {
    host.hover(null)
    host.cursor("crosshair")
  },
  pointerDown(host, pointer) {
    const refusal = host.refusalToDraw("skeleton")
    if (refusal === null && host.joints) return pressed(host.joints, pointer)
    host.say(refusal ?? "This class has no skeleton.", true)
    return undefined
  },
}

export const skeletonTool: Tool = { id: "skeleton", title: "Draw skeleton", start: ready }
