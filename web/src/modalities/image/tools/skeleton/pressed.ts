/** The first press: moved on it opens the frame of the default pose, let go it is the first point. */

import type { Joints } from "#editor/ontology.ts"
import { CLICK_STRAY, type PointerState, type State } from "#editor/tool.ts"
import { distance } from "#geometry/point.ts"
import { framing } from "./framing.ts"
import { placedNext, placing } from "./placing.ts"

export function pressed(joints: Joints, from: PointerState): State {
  return {
    name: "pressed",
    pointerMove(_host, pointer) {
      return distance(from.screen, pointer.screen) < CLICK_STRAY ? undefined : framing(joints, from, pointer)
    },
    pointerUp: (host, pointer) => placedNext(host, placing(joints, []), pointer),
    back: () => "start",
    cancel: () => "start",
  }
}
