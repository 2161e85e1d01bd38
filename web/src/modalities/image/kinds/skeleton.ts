/** Skeletons: {points: [[x, y, visibility], ...]}, the points of the class in its order. */

import type { Geometry } from "#editor/annotation.ts"
import type { Problem } from "#editor/fields.ts"
import type { Handle, PlacedKind } from "#editor/kind.ts"
import type { Joints } from "#editor/ontology.ts"
import { type Box, clipped, encloses, grown, handleAt, movedWithin, reshaped, type Size } from "#geometry/box.ts"
import { pickCost } from "#geometry/hit.ts"
import { type Path, within, type XY } from "#geometry/path.ts"
import { imagePoint } from "#geometry/point.ts"
import {
  ABSENT,
  HIDDEN,
  isPlaced,
  type Joint,
  jointAt,
  movedPose,
  NOWHERE,
  type Pose,
  poseBounds,
  stretchedPose,
  VISIBLE,
  type Visibility,
  withJoint,
} from "#geometry/pose.ts"
import { skeletonTool } from "../tools/skeleton/tool.ts"
import type { PlacedImageKind, Projection } from "./kind.ts"
import { placeProblem } from "./vertices.ts"

const CORNERS = ["nw", "ne", "se", "sw"] as const
type Corner = (typeof CORNERS)[number]
/** A pose smaller than this, CSS pixels, has no grips at its corners: they would cover its points. */
const CORNERS_FROM = 48
/** Pushed by keys it stays so large, pixels. */
const SIDE_MIN = 1
/** A point on the canvas, CSS pixels; smaller where the whole pose is small. */
const DOT = 3.5
const DOTS_A_POSE = 14
/** It is compared with so many pixels around it, as points are. */
const COMPARED_AROUND = 10
const POINTS_A_MARK = 6

interface Known {
  readonly pose: Pose
  readonly bounds: Box
}

/** Read once for each geometry: marks are drawn every frame and never change, a new one takes their place. */
const KNOWN = new WeakMap<Geometry, Known>()
const NOTHING: Known = { pose: [], bounds: { x: 0, y: 0, w: 0, h: 0 } }

function isJoint(value: unknown): value is Joint {
  if (!Array.isArray(value) || value.length !== 3) return false
  const [x, y, visibility] = value
  return typeof x === "number" && typeof y === "number" && [ABSENT, HIDDEN, VISIBLE].includes(visibility)
}

function isSound({ points, ...others }: Geometry): boolean {
  return Array.isArray(points) && points.length > 0 && points.every(isJoint) && Object.keys(others).length === 0
}

function known(geometry: Geometry): Known {
  let found = KNOWN.get(geometry)
  if (found === undefined) {
    const pose = geometry.points as Pose
    found = isSound(geometry) ? { pose, bounds: poseBounds(pose) } : NOTHING
    KNOWN.set(geometry, found)
  }
  return found
}

/** The points of a skeleton's geometry; none of a broken one. */
export function poseOf(geometry: Geometry): Pose {
  return known(geometry).pose
}

export function geometryOf(pose: Pose): Geometry {
  return { points: pose }
}

/** The number of the point that a grip stands for, or -1. */
export function jointNumber(handle: string): number {
  return handle.startsWith("point.") ? Number(handle.slice(6)) : -1
}

function jointGrip([x, y, visibility]: Joint, index: number): Handle {
  return {
    name: `point.${index}`,
    at: imagePoint(x, y),
    cursor: "move",
    form: visibility === HIDDEN ? "hollow" : "joint",
  }
}

function cornerGrip(bounds: Box, name: Corner): Handle {
  const cursor = name === "nw" || name === "se" ? "nwse-resize" : "nesw-resize"
  return { name, at: handleAt(bounds, name), cursor, form: "square" }
}

/** The codes and limits are those of `fairmark.modalities.image.marks.skeleton`. */
function problems(geometry: Geometry, image: Size): ReturnType<PlacedKind["problems"]> {
  const fault = (code: string, message: string, mend: string) => [{ code, path: "", message, mend }]
  if (!isSound(geometry)) {
    return fault("bad_geometry", "The skeleton has points that are none.", "Delete it and draw it anew.")
  }
  const { pose } = known(geometry)
  if (pose.some(([x, y, visibility]) => visibility === ABSENT && (x !== 0 || y !== 0))) {
    return fault("absent_point", "A point of the skeleton is absent, and has a place.", "Place it anew.")
  }
  const placed: Path = pose.filter(isPlaced).map(([x, y]) => [x, y])
  if (placed.length === 0) {
    return fault("no_point", "No point of the skeleton is placed.", "Place one, or delete the skeleton.")
  }
  const misplaced = placeProblem([placed], image, "skeleton")
  return misplaced ? [misplaced] : []
}

function nearestJoint(pose: Pose, [x, y]: XY): { index: number; distance: number } {
  let best = { index: -1, distance: Number.POSITIVE_INFINITY }
  for (let index = 0; index < pose.length; index++) {
    const [px, py, visibility] = pose[index] as Joint
    const distance = Math.hypot(px - x, py - y)
    if (visibility !== ABSENT && distance < best.distance) best = { index, distance }
  }
  return best
}

function stretched(geometry: Geometry, to: Box, image: Size): Geometry {
  return geometryOf(stretchedPose(known(geometry).pose, clipped(to, image)))
}

const pushed: PlacedKind["pushed"] = (geometry, edge, by, image) => {
  const { x, y, w, h } = known(geometry).bounds
  const isAcross = edge === "left" || edge === "right"
  const side = isAcross ? w : h
  if (side === 0) return geometry
  const change = Math.max(by, SIDE_MIN - side)
  const to = {
    x: edge === "left" ? x - change : x,
    y: edge === "top" ? y - change : y,
    w: isAcross ? w + change : w,
    h: isAcross ? h : h + change,
  }
  return stretched(geometry, to, image)
}

const moved: PlacedKind["moved"] = (geometry, dx, dy, image) => {
  const { pose, bounds } = known(geometry)
  const to = movedWithin(bounds, dx, dy, image)
  return geometryOf(movedPose(pose, ([x, y]) => [x + to.x - bounds.x, y + to.y - bounds.y]))
}

/** Edges whose ends are both placed, then the points: filled where visible, rings where hidden. Allocates nothing. */
function outline(
  context: CanvasRenderingContext2D,
  geometry: Geometry,
  { scale, x, y, density }: Projection,
  joints?: Joints,
): void {
  const { pose, bounds } = known(geometry)
  const size = Math.max(bounds.w, bounds.h) * scale
  const radius = pose.length === 1 ? DOT * density : Math.min(DOT * density, Math.max(density, size / DOTS_A_POSE))
  if (joints) {
    context.beginPath()
    for (let i = 0; i < joints.edges.length; i++) {
      const edge = joints.edges[i] as readonly [number, number]
      const a = pose[edge[0]]
      const b = pose[edge[1]]
      if (!a || !b || a[2] === ABSENT || b[2] === ABSENT) continue
      const [ax, ay, bx, by] = [a[0] * scale + x, a[1] * scale + y, b[0] * scale + x, b[1] * scale + y]
      const length = Math.hypot(bx - ax, by - ay)
      if (length <= 2 * radius) continue
      // A line ends at the ring of a hidden point, so that the ring stays hollow.
      const from = a[2] === HIDDEN ? radius / length : 0
      const to = b[2] === HIDDEN ? 1 - radius / length : 1
      context.moveTo(ax + from * (bx - ax), ay + from * (by - ay))
      context.lineTo(ax + to * (bx - ax), ay + to * (by - ay))
    }
    context.stroke()
  }
  for (let visibility: Visibility = HIDDEN; visibility <= VISIBLE; visibility++) {
    context.beginPath()
    for (let i = 0; i < pose.length; i++) {
      const joint = pose[i] as Joint
      if (joint[2] !== visibility) continue
      const [atX, atY] = [joint[0] * scale + x, joint[1] * scale + y]
      context.moveTo(atX + radius, atY)
      context.arc(atX, atY, radius, 0, 2 * Math.PI)
    }
    if (visibility === VISIBLE) {
      context.fillStyle = context.strokeStyle
      context.fill()
    } else context.stroke()
  }
}

export const skeletonKind: PlacedImageKind = {
  id: "skeleton",
  title: "Skeleton",
  isPlaced: true,
  isTag: false,
  isJointed: true,
  tool: skeletonTool,
  problems,
  pushed,
  moved,
  outline,
  fill: () => {},
  bounds: (geometry) => known(geometry).bounds,
  compared: (geometry) => grown(known(geometry).bounds, COMPARED_AROUND),
  weight: (geometry) => 1 + known(geometry).pose.length / POINTS_A_MARK,

  fitting(geometry, { name, skeleton }): readonly Problem[] {
    const count = (geometry.points as Pose).length
    if (!skeleton || skeleton.points.length === count) return []
    const message = `The skeleton has ${count} points; ${name} has ${skeleton.points.length}.`
    return [{ code: "wrong_points", message, mend: "Delete it and draw it anew." }]
  },

  pickCost(geometry, at, reach) {
    const { pose, bounds } = known(geometry)
    const { distance } = nearestJoint(pose, at)
    if (distance <= reach) return distance / Math.max(reach, 1e-9)
    const cost = encloses(bounds, { x: at[0], y: at[1], w: 0, h: 0 }) ? pickCost(bounds, at, 0) : null
    return cost === null ? null : Math.max(1, cost)
  },

  handles(geometry, pixel) {
    const { pose, bounds } = known(geometry)
    const points = pose.flatMap((joint, i) => (isPlaced(joint) ? [jointGrip(joint, i)] : []))
    if (Math.max(bounds.w, bounds.h) < CORNERS_FROM * pixel) return points
    return [...CORNERS.map((name) => cornerGrip(bounds, name)), ...points]
  },

  handleUnder(geometry, at, reach) {
    const { pose, bounds } = known(geometry)
    const { index, distance } = nearestJoint(pose, at)
    if (distance <= reach) return jointGrip(pose[index] as Joint, index)
    for (const name of CORNERS) {
      const grip = cornerGrip(bounds, name)
      if (Math.hypot(grip.at[0] - at[0], grip.at[1] - at[1]) <= reach) return grip
    }
    return null
  },

  pointGrips(geometry) {
    const { pose, bounds } = known(geometry)
    const middle: Joint = [bounds.x + bounds.w / 2, bounds.y + bounds.h / 2, VISIBLE]
    return pose.map((joint, i) => jointGrip(isPlaced(joint) ? joint : middle, i))
  },

  reshaped(geometry, handle, to, keepAspect, image) {
    const { pose, bounds } = known(geometry)
    const index = jointNumber(handle)
    if (index < 0) {
      const at = within([to[0], to[1]], image)
      return stretched(geometry, reshaped(bounds, handle as Corner, imagePoint(at[0], at[1]), keepAspect), image)
    }
    const visibility = pose[index]?.[2] || VISIBLE
    return geometryOf(withJoint(pose, index, jointAt(within([to[0], to[1]], image), visibility)))
  },

  withoutHandle(geometry, handle) {
    const { pose } = known(geometry)
    const index = jointNumber(handle)
    const others = pose.filter((joint, i) => i !== index && isPlaced(joint))
    return index < 0 || others.length === 0 ? null : geometryOf(withJoint(pose, index, NOWHERE))
  },

  turnedHandle(geometry, handle) {
    const { pose } = known(geometry)
    const index = jointNumber(handle)
    const joint = pose[index]
    if (!joint || !isPlaced(joint)) return null
    return geometryOf(withJoint(pose, index, [joint[0], joint[1], joint[2] === HIDDEN ? VISIBLE : HIDDEN]))
  },

  pointWords(geometry, handle) {
    const [x, y, visibility] = known(geometry).pose[jointNumber(handle)] ?? NOWHERE
    if (visibility === ABSENT) return "absent"
    return `${visibility === HIDDEN ? "hidden " : ""}at ${Math.round(x)}, ${Math.round(y)}`
  },

  coordinates(geometry) {
    const { x, y, w, h } = known(geometry).bounds
    const sides = [
      { name: "w", label: "Width", value: w },
      { name: "h", label: "Height", value: h },
    ]
    return [
      { name: "x", label: "X", value: x },
      { name: "y", label: "Y", value: y },
      // What has no extent cannot be stretched.
      ...sides.filter(({ value }) => value > 0),
    ]
  },

  withCoordinate(geometry, name, value, image) {
    const { x, y, w, h } = known(geometry).bounds
    if (name === "w") return pushed(geometry, "right", value - w, image)
    if (name === "h") return pushed(geometry, "bottom", value - h, image)
    return moved(geometry, name === "x" ? value - x : 0, name === "y" ? value - y : 0, image)
  },

  mended(geometry, image) {
    if (!isSound(geometry)) return null
    const { pose } = known(geometry)
    if (!pose.some(isPlaced)) return null
    return geometryOf(movedPose(pose, (at) => within(at, image)))
  },

  words(geometry) {
    if (!isSound(geometry)) return "broken skeleton"
    const { pose, bounds } = known(geometry)
    const placed = pose.filter(isPlaced)
    const hidden = placed.filter(([, , visibility]) => visibility === HIDDEN).length
    const counted =
      placed.length === pose.length ? `${pose.length} points` : `${placed.length} of ${pose.length} points`
    const place = `${Math.round(bounds.w)} × ${Math.round(bounds.h)} px at ${Math.round(bounds.x)}, ${Math.round(bounds.y)}`
    return `${counted}${hidden > 0 ? `, ${hidden} hidden` : ""}, ${place}`
  },
}
