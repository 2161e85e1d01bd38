/** The face in front is there, and the one behind follows the pointer until the next click. */

import type { PointerState, State, ToolHost } from "#editor/tool.ts"
import type { Box } from "#geometry/box.ts"
import { faceBehind, faceOf } from "#geometry/cuboid.ts"
import { neatPoint } from "#geometry/path.ts"

export function backing(front: Box): State {
  function geometry(host: ToolHost, { at, shift }: PointerState) {
    const back = shift ? faceBehind(front, at, host.image, 1) : faceBehind(front, at, host.image)
    return { front: faceOf(front).map(neatPoint), back: back.map(neatPoint) }
  }

  return {
    name: "backing",

    pointerMove(host, pointer) {
      host.sketch({ fresh: { kind: "cuboid", geometry: geometry(host, pointer) } })
    },

    pointerUp(host, pointer) {
      host.draw("cuboid", geometry(host, pointer))
      return "start"
    },

    back: () => "start",
    cancel: () => "start",
    leave: (host) => host.sketch(null),
  }
}
