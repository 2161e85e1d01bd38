/** The face in front is there, and the one behind follows the pointer until the next click. */

import type { PointerState, State, ToolHost } from "#editor/tool.ts"
import type { Box } from "#geometry/box.ts"
import { faceBehind, faceOf } from "#geometry/cuboid.ts"
import { boundsOf, neatPoint } from "#geometry/path.ts"
import { type ImagePoint, imagePoint } from "#geometry/point.ts"

export function backing(front: Box): State {
  function geometry(host: ToolHost, { at, shift, reach, pixel, alt }: PointerState) {
    const face = (middle: ImagePoint) =>
      shift ? faceBehind(front, middle, host.image, 1) : faceBehind(front, middle, host.image)
    const box = boundsOf([face(at)])
    const [dx, dy] = host.aligned(box, { sides: "nesw", reach, pixel, alt, moves: "nothing" })
    const middle = imagePoint(box.x + box.w / 2 + dx, box.y + box.h / 2 + dy)
    return { front: faceOf(front).map(neatPoint), back: face(middle).map(neatPoint) }
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
