/** Poses: named points in a fixed order, each visible, hidden by something, or absent. Image pixels. */

import { type Box, centre } from "./box.ts"
import { neatPoint, type XY } from "./path.ts"

export const ABSENT = 0
export const HIDDEN = 1
export const VISIBLE = 2
export type Visibility = typeof ABSENT | typeof HIDDEN | typeof VISIBLE

/** A point as documents hold it; an absent one is 0, 0, 0. */
export type Joint = readonly [x: number, y: number, visibility: Visibility]
export type Pose = readonly Joint[]

export const NOWHERE: Joint = [0, 0, ABSENT]

export const isPlaced = ([, , visibility]: Joint): boolean => visibility !== ABSENT

/** A point at a place, kept to a hundredth of a pixel. */
export function jointAt(at: XY, visibility: Visibility): Joint {
  const [x, y] = neatPoint(at)
  return visibility === ABSENT ? NOWHERE : [x, y, visibility]
}

/** The box around the placed points; a point at the origin of none. */
export function poseBounds(pose: Pose): Box {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const [x, y, visibility] of pose) {
    if (visibility === ABSENT) continue
    if (x < left) left = x
    if (x > right) right = x
    if (y < top) top = y
    if (y > bottom) bottom = y
  }
  return left > right ? { x: 0, y: 0, w: 0, h: 0 } : { x: left, y: top, w: right - left, h: bottom - top }
}

/** `pose` with each placed point at another place. */
export function movedPose(pose: Pose, to: (at: XY) => XY): Pose {
  return pose.map((joint) => (isPlaced(joint) ? jointAt(to([joint[0], joint[1]]), joint[2]) : joint))
}

/** `pose` with its bounds brought to `to`; along a side without extent it is only moved. */
export function stretchedPose(pose: Pose, to: Box): Pose {
  const from = poseBounds(pose)
  const wide = from.w === 0 ? 1 : to.w / from.w
  const high = from.h === 0 ? 1 : to.h / from.h
  return movedPose(pose, ([x, y]) => [to.x + (x - from.x) * wide, to.y + (y - from.y) * high])
}

/** `pose` with one point exchanged. */
export function withJoint(pose: Pose, index: number, joint: Joint): Pose {
  return pose.map((each, i) => (i === index ? joint : each))
}

/** A default pose, 0 to 1 along both sides, all visible, in a frame; `isTurned`: as seen from the other side. */
export function poseIn(places: readonly XY[], frame: Box, isTurned: boolean): Pose {
  return places.map(([x, y]) => jointAt([frame.x + (isTurned ? 1 - x : x) * frame.w, frame.y + y * frame.h], VISIBLE))
}

/** Left for right: each point takes the place of its partner. `partners`: by number; a point without one is its own. */
export function swapped(pose: Pose, partners: readonly number[]): Pose {
  return pose.map((joint, i) => pose[partners[i] ?? i] ?? joint)
}

/**
 * Where an absent point is looked for: where the default pose has it, if it lay as the placed points do; in the middle
 * of them where the default pose cannot tell.
 */
export function guessed(pose: Pose, places: readonly XY[], index: number): XY {
  const bounds = poseBounds(pose)
  const [midX, midY] = centre(bounds)
  const at = places[index]
  const known = places.filter((_, i) => pose[i] && isPlaced(pose[i]))
  if (!at || known.length < 2) return [midX, midY]
  const along = (axis: 0 | 1, from: number, length: number): number => {
    const values = known.map((place) => place[axis])
    const [low, high] = [Math.min(...values), Math.max(...values)]
    return high > low ? from + ((at[axis] - low) / (high - low)) * length : from + length / 2
  }
  return [along(0, bounds.x, bounds.w), along(1, bounds.y, bounds.h)]
}
