/** Draws a point with each click. */

import type { State, Tool } from "#editor/tool.ts"
import { placed } from "../path/plan.ts"

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

  pointerDown(host) {
    const refusal = host.refusalToDraw("points")
    if (refusal === null) return pressed
    host.say(refusal, true)
    return undefined
  },
}

/** The point follows the pointer until the button is let go. */
const pressed: State = {
  name: "pressed",

  pointerMove(host, pointer) {
    host.sketch({ fresh: { kind: "points", geometry: { points: [placed(host, pointer)] } } })
  },

  pointerUp(host, pointer) {
    host.draw("points", { points: [placed(host, pointer)] })
    return "start"
  },

  back: () => "start",
  cancel: () => "start",
  leave: (host) => host.sketch(null),
}

export const pointTool: Tool = { id: "points", title: "Draw points", start: ready }
