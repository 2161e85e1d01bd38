/** What rotated boxes and ellipses share: grips, moving and turning. A kind says how its geometry reads as a frame. */

import type { Geometry } from "#editor/annotation.ts"
import type { Edge, Handle, PlacedKind } from "#editor/kind.ts"
import { type Box, HANDLE_NAMES, type HandleName, type Size } from "#geometry/box.ts"
import {
  type Frame,
  frameHandleUnder,
  handleIn,
  movedCentre,
  neatFrame,
  placeIn,
  pulled,
  seenFrom,
  wrapped,
} from "#geometry/frame.ts"
import { type ImagePoint, imagePoint } from "#geometry/point.ts"
import type { PlacedImageKind } from "./kind.ts"

/** Both sides are at least this long, image pixels. */
export const SIDE_MIN = 1
const TURN_STEP = 15
/** The grip that turns stands so far outside, CSS pixels. */
const TURN_AWAY = 26
/** Edge grips of a side shorter than this are left out, CSS pixels. */
const EDGE_GRIPS_FROM = 36
const FAR = 1e12

const PULLED: Readonly<Record<Edge, HandleName>> = { left: "w", top: "n", right: "e", bottom: "s" }

export interface Turned {
  readonly id: string
  readonly title: string
  /** "box", "ellipse": for messages. */
  readonly noun: string
  /** The names of its five numbers: centre, sizes, angle. */
  readonly members: readonly [string, string, string, string, "angle"]
  /** Sides per size: 1, or 2 where sizes are radii. */
  readonly sides: 1 | 2
  bounds(frame: Frame): Box
  /** How far `at` is from its border, and whether it lies inside. */
  border(frame: Frame, at: ImagePoint): { readonly distance: number; readonly isInside: boolean }
}

type Shared = Omit<PlacedImageKind, "tool" | "outline" | "fill">

export function isFrame(geometry: Geometry, { members }: Turned): boolean {
  return (
    Object.keys(geometry).length === members.length &&
    members.every((name) => Number.isFinite(geometry[name]) && Math.abs(geometry[name] as number) < FAR)
  )
}

export function frameOf(geometry: Geometry, { members, sides }: Turned): Frame {
  const [cx, cy, w, h, angle] = members.map((name) => geometry[name] as number) as [
    number,
    number,
    number,
    number,
    number,
  ]
  return { cx, cy, w: w * sides, h: h * sides, angle }
}

export function geometryOf(frame: Frame, { members, sides }: Turned): Geometry {
  const { cx, cy, w, h, angle } = neatFrame(frame)
  const values = [cx, cy, w / sides, h / sides, angle]
  return Object.fromEntries(members.map((name, i) => [name, values[i]]))
}

export function turnedKind(of: Turned): Shared {
  const read = (geometry: Geometry) => frameOf(geometry, of)
  const write = (frame: Frame) => geometryOf(frame, of)
  const [, , wide, high] = of.members

  const pushed: PlacedKind["pushed"] = (geometry, edge, by) => {
    const frame = read(geometry)
    const name = PULLED[edge]
    const [x, y] = handleIn(frame, name)
    const side = edge === "left" || edge === "right" ? frame.w : frame.h
    const out = (side / 2 + Math.max(by, SIDE_MIN - side)) / (side / 2)
    const to = placeIn(
      frame,
      edge === "left" ? -out : edge === "right" ? out : 0,
      edge === "top" ? -out : edge === "bottom" ? out : 0,
    )
    return write(pulled(frame, name, imagePoint(x + (to[0] - x), y + (to[1] - y)), false, SIDE_MIN))
  }

  const turnGrip = (frame: Frame, pixel: number): Handle => {
    const at = placeIn(frame, 0, -1 - (2 * TURN_AWAY * pixel) / Math.max(frame.h, 1e-9))
    return { name: "turn", at, cursor: "grab", form: "turn" }
  }

  return {
    id: of.id,
    title: of.title,
    isPlaced: true,
    isTag: false,
    pushed,
    weight: () => 1,
    problems: (geometry, image) => problemsOf(geometry, image, of),
    bounds: (geometry) => (isFrame(geometry, of) ? of.bounds(read(geometry)) : { x: 0, y: 0, w: 0, h: 0 }),
    moved: (geometry, dx, dy, image) => write(movedCentre(read(geometry), dx, dy, image)),

    pickCost(geometry, at, reach) {
      const frame = read(geometry)
      const { distance, isInside } = of.border(frame, at)
      if (distance <= reach) return distance / Math.max(reach, 1e-9)
      return isInside ? 1 + Math.sqrt(frame.w * frame.h) : null
    },

    handles(geometry, pixel) {
      const frame = read(geometry)
      const isNarrow = frame.w < EDGE_GRIPS_FROM * pixel
      const isLow = frame.h < EDGE_GRIPS_FROM * pixel
      const names = HANDLE_NAMES.filter(
        (name) => !(isNarrow && (name === "n" || name === "s")) && !(isLow && (name === "e" || name === "w")),
      )
      return [...names.map((name) => gripOf(frame, name)), turnGrip(frame, pixel)]
    },

    handleUnder(geometry, at, reach) {
      const frame = read(geometry)
      const name = frameHandleUnder(frame, at, reach)
      if (name !== null) return gripOf(frame, name)
      // As far outside as it is drawn: reach is six CSS pixels of a mouse, more of a finger.
      const grip = turnGrip(frame, reach / REACH_OF_MOUSE)
      return Math.hypot(grip.at[0] - at[0], grip.at[1] - at[1]) <= 1.5 * reach ? grip : null
    },

    reshaped(geometry, handle, to, keepAspect, image) {
      const frame = read(geometry)
      if (handle !== "turn") {
        return write(movedCentre(pulled(frame, handle as HandleName, to, keepAspect, SIDE_MIN), 0, 0, image))
      }
      // Upwards is 0: the grip stands at the upper side.
      const angle = (Math.atan2(to[1] - frame.cy, to[0] - frame.cx) * 180) / Math.PI + 90
      return write({ ...frame, angle: wrapped(keepAspect ? Math.round(angle / TURN_STEP) * TURN_STEP : angle) })
    },

    coordinates(geometry) {
      const labels = [
        "Middle X",
        "Middle Y",
        ...(of.sides === 1 ? ["Width", "Height"] : ["Radius X", "Radius Y"]),
        "Angle",
      ]
      return of.members.map((name, i) => ({ name, label: labels[i] as string, value: geometry[name] as number }))
    },

    withCoordinate(geometry, name, value, image) {
      const least = SIDE_MIN / of.sides
      const isSize = name === wide || name === high
      return write(movedCentre(read({ ...geometry, [name]: isSize ? Math.max(least, value) : value }), 0, 0, image))
    },

    mended(geometry, image) {
      if (!isFrame(geometry, of)) return null
      const frame = neatFrame(read(geometry))
      if (frame.w < SIDE_MIN || frame.h < SIDE_MIN) return null
      return write(movedCentre(frame, 0, 0, image))
    },

    words(geometry) {
      if (!isFrame(geometry, of)) return `broken ${of.noun}`
      const { cx, cy, w, h, angle } = read(geometry)
      const size = `${Math.round(w)} × ${Math.round(h)} px`
      return `${size} around ${Math.round(cx)}, ${Math.round(cy)}, turned ${Math.round(angle)}°`
    },
  }
}

/** CSS pixels that count as near for a mouse: see `pointerInput`. */
const REACH_OF_MOUSE = 6

function gripOf(frame: Frame, name: HandleName): Handle {
  return { name, at: handleIn(frame, name), cursor: cursorOf(frame, name), form: "square" }
}

const DIRECTIONS = ["ew-resize", "nwse-resize", "ns-resize", "nesw-resize"] as const

/** The cursor for the way that the grip moves on the screen. */
function cursorOf(frame: Frame, name: HandleName): string {
  const [x, y] = handleIn({ ...frame, w: 1, h: 1 }, name)
  const way = Math.round(Math.atan2(y - frame.cy, x - frame.cx) / (Math.PI / 4))
  return DIRECTIONS[((way % 4) + 4) % 4] as string
}

/** The codes and limits are those of `fairmark.modalities.image.marks.turned`. */
function problemsOf(geometry: Geometry, image: Size, of: Turned): ReturnType<PlacedKind["problems"]> {
  const fault = (code: string, message: string, mend: string) => [{ code, path: "", message, mend }]
  if (!isFrame(geometry, of)) {
    return fault("bad_geometry", `The ${of.noun} has a number that is none.`, "Delete it and draw it anew.")
  }
  const { cx, cy, w, h, angle } = frameOf(geometry, of)
  if (Math.min(w, h) < SIDE_MIN - 1e-6) {
    const message = `The ${of.noun} is ${w} × ${h} px, ${SIDE_MIN} px at least on each side.`
    return fault("too_small", message, "Draw it larger, or delete it.")
  }
  if (cx < 0 || cy < 0 || cx > image.width || cy > image.height) {
    return fault("outside", `The middle of the ${of.noun} is outside of the image.`, "Move it inside.")
  }
  if (angle > -180 && angle <= 180) return []
  return fault("out_of_range", `The angle ${angle} is not above -180 and at most 180 degrees.`, "Turn it anew.")
}

/** How far `at` is from the border of the frame, and whether it lies inside. */
export function frameBorder(frame: Frame, at: ImagePoint): { distance: number; isInside: boolean } {
  const [x, y] = seenFrom(frame, at)
  const [dx, dy] = [Math.abs(x) - frame.w / 2, Math.abs(y) - frame.h / 2]
  const isInside = dx <= 0 && dy <= 0
  return { distance: isInside ? Math.abs(Math.max(dx, dy)) : Math.hypot(Math.max(0, dx), Math.max(0, dy)), isInside }
}
