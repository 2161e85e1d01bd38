/** Measures between two places, by a drag or two clicks. Nothing is written; it stands until the next press. */

import { CLICK_STRAY, type PointerState, type State, type Tool, type ToolHost } from "#editor/tool.ts"
import { distance } from "#geometry/point.ts"
import { placed } from "../path/plan.ts"
import { type Measure, wordsOf } from "./measure.ts"

function show(host: ToolHost, measure: Measure): void {
  host.sketch({ measure })
  host.say(wordsOf(measure))
}

function measured(host: ToolHost, from: readonly [number, number], pointer: PointerState): Measure {
  const [x, y] = placed(host, pointer)
  if (!pointer.shift) return { from, to: [x, y] }
  // Straight along the longer way.
  return { from, to: Math.abs(x - from[0]) >= Math.abs(y - from[1]) ? [x, from[1]] : [from[0], y] }
}

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

  pointerDown: (host, pointer) => stretching(placed(host, pointer), pointer),
}

/** From the first place to the pointer, with the button held or between two clicks. */
function stretching(from: readonly [number, number], pressed: PointerState): State {
  return {
    name: "stretching",
    enter: (host) => show(host, { from, to: from }),
    pointerMove: (host, pointer) => show(host, measured(host, from, pointer)),

    pointerUp(host, pointer) {
      if (distance(pressed.screen, pointer.screen) < CLICK_STRAY) return undefined
      return standing(measured(host, from, pointer))
    },

    cancel: () => "start",
    leave: (host) => host.sketch(null),
  }
}

function standing(measure: Measure): State {
  return {
    name: "standing",
    enter: (host) => show(host, measure),
    pointerDown: (host, pointer) => stretching(placed(host, pointer), pointer),
    cancel: () => "start",
    leave: (host) => host.sketch(null),
  }
}

export const rulerTool: Tool = { id: "ruler", title: "Ruler", start: ready }
