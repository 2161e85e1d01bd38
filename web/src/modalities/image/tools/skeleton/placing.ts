/**
 * Point by point: each click places the next, whose name stands at the pointer; with Alt or the right button it is
 * hidden by something. The last one ends it; ended earlier, the others are absent.
 */

import type { Joints } from "#editor/ontology.ts"
import type { Next, PointerState, State, ToolHost } from "#editor/tool.ts"
import { within } from "#geometry/path.ts"
import { HIDDEN, isPlaced, type Joint, jointAt, NOWHERE, type Pose, VISIBLE, type Visibility } from "#geometry/pose.ts"

export interface Placing extends State {
  /** What follows once the next point is there. */
  next(host: ToolHost, joint: Joint): Next
}

/** The next point where the pointer is. Keys hold Alt so that nothing near is meant instead: for them it says nothing. */
export function placedNext(host: ToolHost, state: Placing, pointer: PointerState, visibility?: Visibility): Next {
  const isHidden = pointer.alt && !pointer.byKeys
  return state.next(
    host,
    jointAt(within([pointer.at[0], pointer.at[1]], host.image), visibility ?? (isHidden ? HIDDEN : VISIBLE)),
  )
}

export function placing(joints: Joints, pose: Pose): Placing {
  let at: PointerState | null = null

  function show(host: ToolHost): void {
    const next = at && jointAt(within([at.at[0], at.at[1]], host.image), at.alt && !at.byKeys ? HIDDEN : VISIBLE)
    const points = next ? [...pose, next] : pose
    const name = joints.names[pose.length] ?? ""
    host.sketch({
      fresh: { kind: "skeleton", geometry: { points } },
      ...(at ? { caption: { text: name, at: at.at } } : {}),
    })
  }

  const self: Placing = {
    name: "placing",
    enter(host) {
      host.cursor("crosshair")
      host.say(`${joints.names[pose.length]}, ${pose.length + 1} of ${joints.names.length}.`)
      show(host)
    },
    pointerMove(host, pointer) {
      at = pointer
      show(host)
    },
    pointerUp: (host, pointer) => placedNext(host, self, pointer),
    secondary: (host, pointer) => placedNext(host, self, pointer, HIDDEN),
    skip: (host) => self.next(host, NOWHERE),
    finish: (host) => (finish(host, joints, pose) ? "start" : undefined),
    back: () => (pose.length > 1 ? placing(joints, pose.slice(0, -1)) : "start"),
    // A second finger moves the view; what is placed stays.
    interrupt: () => self,
    cancel(host) {
      host.say("Called off.")
      return "start"
    },
    leave: (host) => host.sketch(null),

    next(host, joint) {
      const further = [...pose, joint]
      if (further.length < joints.names.length) return placing(joints, further)
      return finish(host, joints, further) ? "start" : undefined
    },
  }
  return self
}

/** Draws it, the points that are not there yet as absent; false, and says why, if none is placed. */
function finish(host: ToolHost, joints: Joints, pose: Pose): boolean {
  if (!pose.some(isPlaced)) {
    host.say("Place a point at least.", true)
    return false
  }
  host.draw("skeleton", { points: joints.names.map((_, i) => pose[i] ?? NOWHERE) })
  return true
}
