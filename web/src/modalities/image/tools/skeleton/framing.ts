/** The default pose fills a frame that follows the pointer; drawn leftward it is seen from the other side. */

import type { Joints } from "#editor/ontology.ts"
import type { PointerState, State, ToolHost } from "#editor/tool.ts"
import { type Pose, poseIn } from "#geometry/pose.ts"
import { boxWithin } from "../box/preview.ts"

export function framing(joints: Joints, from: PointerState, first: PointerState): State {
  const pose = (host: ToolHost, pointer: PointerState): Pose =>
    poseIn(joints.places, boxWithin(host.image, from.at, pointer), pointer.at[0] < from.at[0])

  function show(host: ToolHost, pointer: PointerState): void {
    host.sketch({ fresh: { kind: "skeleton", geometry: { points: pose(host, pointer) } } })
  }

  return {
    name: "framing",
    enter: (host) => show(host, first),
    pointerMove: show,
    pointerUp(host, pointer) {
      host.draw("skeleton", { points: pose(host, pointer) })
      return "start"
    },
    back: () => "start",
    cancel: () => "start",
    leave: (host) => host.sketch(null),
  }
}
