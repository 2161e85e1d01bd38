/**
 * The selection follows the pointer; letting go writes it as one step. Shift keeps to the longer direction. Its sides go
 * to neighbours and to the border, unless Alt is held.
 */

import { type Box, movedWithin } from "#geometry/box.ts"
import type { PointerState, State, ToolHost } from "../tool.ts"

export function moving(from: PointerState, first: PointerState): State {
  let bounds: Box | null = null

  function way(host: ToolHost, { at, shift, reach, pixel, alt }: PointerState): readonly [dx: number, dy: number] {
    if (bounds === null) return [0, 0]
    const dx = at[0] - from.at[0]
    const dy = at[1] - from.at[1]
    const isFlat = Math.abs(dx) >= Math.abs(dy)
    const moved = movedWithin(bounds, shift && !isFlat ? 0 : dx, shift && isFlat ? 0 : dy, host.image)
    const sides = shift ? (isFlat ? "we" : "ns") : "nsew"
    const [right, down] = host.aligned(moved, { sides, reach, pixel, alt, moves: "selection" })
    const meant = movedWithin(moved, right, down, host.image)
    return [meant.x - bounds.x, meant.y - bounds.y]
  }

  return {
    name: "moving",

    enter(host) {
      bounds = host.selectionBounds()
      host.hover(null)
      host.cursor("grabbing")
      if (bounds === null) host.say("The selection is locked.", true)
      else host.sketch({ shift: way(host, first) })
    },

    pointerMove(host, pointer) {
      if (bounds !== null) host.sketch({ shift: way(host, pointer) })
    },

    pointerUp(host, pointer) {
      host.moveSelection(...way(host, pointer))
      return "start"
    },

    leave(host) {
      host.sketch(null)
    },
  }
}
