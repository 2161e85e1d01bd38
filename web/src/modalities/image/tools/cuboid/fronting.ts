/** The face in front spans from its first corner to the pointer, with the button held or between two clicks. */

import { CLICK_STRAY, type PointerState, type State, type ToolHost } from "#editor/tool.ts"
import type { Box } from "#geometry/box.ts"
import { distance } from "#geometry/point.ts"
import { boxWithin, caught } from "../box/preview.ts"
import { backing } from "./backing.ts"

export function fronting(from: PointerState): State {
  const box = (host: ToolHost, pointer: PointerState): Box =>
    boxWithin(host.image, from.at, caught(host, pointer, from.at))

  return {
    name: "fronting",

    pointerMove(host, pointer) {
      host.sketch({ fresh: { kind: "box", geometry: { ...box(host, pointer) } } })
    },

    pointerUp(host, pointer) {
      const front = box(host, pointer)
      if (distance(from.screen, pointer.screen) < CLICK_STRAY || Math.min(front.w, front.h) < 1) {
        host.say("Click the opposite corner of the face in front.")
        return undefined
      }
      host.say("Click the middle of the face behind; with Shift it is as large as the one in front.")
      return backing(front)
    },

    back: () => "start",
    cancel: () => "start",
    leave: (host) => host.sketch(null),
  }
}
