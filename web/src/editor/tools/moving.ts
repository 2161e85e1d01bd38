/** The selection follows the pointer; letting go writes it as one step. Shift keeps to the longer direction. */

import type { PointerState, State } from "../tool.ts"

export function moving(from: PointerState): State {
  const way = ({ at, shift }: PointerState): [dx: number, dy: number] => {
    const dx = at[0] - from.at[0]
    const dy = at[1] - from.at[1]
    if (!shift) return [dx, dy]
    return Math.abs(dx) >= Math.abs(dy) ? [dx, 0] : [0, dy]
  }
  return {
    name: "moving",

    enter(host) {
      host.hover(null)
      host.cursor("grabbing")
    },

    pointerMove(host, pointer) {
      host.sketch({ changed: host.movedSelection(...way(pointer)) })
    },

    pointerUp(host, pointer) {
      host.change("Move", host.movedSelection(...way(pointer)))
      return "start"
    },

    cancel: () => "start",

    leave(host) {
      host.sketch(null)
    },
  }
}
