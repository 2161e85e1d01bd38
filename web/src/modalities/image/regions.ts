/** Marks that cover pixels, made into another kind, taken apart and put together. Each is one step. */

import { changeable, type Exchange, exchange, named } from "#editor/actions.ts"
import type { Geometry, Mark } from "#editor/annotation.ts"
import type { Size } from "#geometry/box.ts"
import { frameAround, neatFrame } from "#geometry/frame.ts"
import { type Part, partsWithout, unitedParts } from "#geometry/overlay.ts"
import { neatPoint, type Path, ringArea, simplifiedRing, type XY } from "#geometry/path.ts"
import { holesOf, outlinesOf, piecesOf } from "#geometry/pieces.ts"
import { areaOf, NO_SPANS, rasterised, type Spans, united, without } from "#geometry/spans.ts"
import { maskGeometry, maskSpans } from "./kinds/mask.ts"
import { placedKind } from "./kinds/table.ts"
import { unionOf } from "./painting.ts"
import type { Workspace } from "./workspace.ts"

/** The outline of a mask goes from pixel to pixel; one within so many pixels of it has fewer corners. */
const TOLERANCES = [0.75, 1.5, 3, 6, 0] as const

type Shape = Pick<Mark, "kind" | "geometry">

/** What marks can be made into. */
export type Made = "mask" | "polygon" | "box" | "polyline" | "rotated_box"

/** Makes the selected marks another kind, where they have an outline and their class takes it. */
export function converted(workspace: Workspace, kind: Made): void {
  const { session, image } = workspace
  const changed = new Map<string, Shape>()
  let refusal = "These have no outline to make it of."
  for (const mark of changeable(session)) {
    if (mark.kind === kind || outlinesIn(mark).length === 0) continue
    const itemClass = session.vocabulary.classOf(mark.class)
    if (!itemClass?.marks.includes(kind)) refusal = `${itemClass?.name ?? mark.class} takes no marks of this kind.`
    else {
      const geometry = shapeOf(mark, kind, image)
      if (geometry) changed.set(mark.id, { kind, geometry })
      else refusal = `No sound ${kind} can be made of it.`
    }
  }
  if (changed.size === 0) {
    workspace.say(refusal, true)
    return
  }
  const title = placedKind(kind)?.title.toLowerCase() ?? kind
  exchange(session, `Make a ${title}`, { changed })
  workspace.say(changed.size === 1 ? `Made a ${title}.` : `Made ${changed.size} marks a ${title}.`)
}

/** The rings of what covers something; a line counts as the ring that it is once it is closed. */
function outlinesIn(mark: Mark): readonly Path[] {
  if (mark.kind === "polyline") return [mark.geometry.points as Path]
  return placedKind(mark.kind)?.covered?.(mark.geometry) ?? []
}

function shapeOf(mark: Mark, kind: Made, image: Size): Geometry | null {
  const rings = outlinesIn(mark)
  const [first] = rings
  if (!first) return null
  switch (kind) {
    case "mask":
      return maskGeometry(rasterised(rings, image))
    case "box":
      return placedKind("box")?.mended({ ...placedKind(mark.kind)?.bounds(mark.geometry) }, image) ?? null
    case "rotated_box":
      return rotatedBoxOf(rings, image)
    case "polyline":
      // The largest outline, closed: its last point is its first.
      return placedKind("polyline")?.mended({ points: closed(largest(rings)) }, image) ?? null
    case "polygon":
      if (mark.kind === "mask") return polygonOf(maskSpans(mark.geometry), image)
      // A polygon keeps its holes; other kinds have none.
      return soundPolygon({ parts: rings.map((ring) => [open(ring)]) }, image)
  }
}

function rotatedBoxOf(rings: readonly Path[], image: Size): Geometry | null {
  const frame = frameAround(rings.flat())
  if (!frame) return null
  const { cx, cy, w, h, angle } = neatFrame(frame)
  return placedKind("rotated_box")?.mended({ cx, cy, w, h, angle }, image) ?? null
}

function largest(rings: readonly Path[]): Path {
  return rings.reduce((best, ring) => (Math.abs(ringArea(ring)) > Math.abs(ringArea(best)) ? ring : best))
}

function closed(ring: Path): Path {
  return [...open(ring), ring[0] as XY]
}

/** Without a last point that is the first once more. */
function open(ring: Path): Path {
  const [first, last] = [ring[0], ring.at(-1)]
  return ring.length > 1 && first && last && first[0] === last[0] && first[1] === last[1] ? ring.slice(0, -1) : ring
}

/** The outlines of pixels with as few corners as keep it sound, and at most as many as a polygon may have. */
export function polygonOf(spans: Spans, image: Size): Geometry | null {
  const parts = outlinesOf(spans)
  for (const tolerance of TOLERANCES) {
    const fewer = parts.map((rings) => rings.map((ring) => simplifiedRing(ring, tolerance)))
    const geometry = soundPolygon({ parts: fewer.map((rings) => rings.filter((ring) => ring.length >= 3)) }, image)
    if (geometry) return geometry
  }
  return null
}

export function soundPolygon(geometry: Geometry, image: Size): Geometry | null {
  const kind = placedKind("polygon")
  const mended = kind?.mended(geometry, image)
  return mended && kind?.problems(mended, image).length === 0 ? mended : null
}

/** Makes each piece of the selected masks and polygons a mark of its own. The largest keeps the name. */
export function split(workspace: Workspace): void {
  const { session } = workspace
  const changed = new Map<string, Shape>()
  const added: Mark[] = []
  for (const mark of changeable(session)) {
    const [largest, ...others] = piecesIn(mark)
    if (!largest || others.length === 0) continue
    changed.set(mark.id, { kind: mark.kind, geometry: largest })
    for (const geometry of others) added.push({ ...mark, id: session.newId(), geometry })
  }
  if (changed.size === 0) workspace.say("These hang together already.", true)
  else {
    const select = [...changed.keys(), ...added.map(({ id }) => id)]
    exchange(session, "Split", { changed, added, select })
    workspace.say(`Split into ${changed.size + added.length} marks.`)
  }
}

/** The geometry of each piece, the largest first; the geometry itself if it is in one. */
function piecesIn(mark: Mark): Geometry[] {
  if (mark.kind === "mask") {
    const pieces = piecesOf(maskSpans(mark.geometry)).sort((a, b) => areaOf(b) - areaOf(a))
    return pieces.flatMap((piece): Geometry[] => {
      const geometry = maskGeometry(piece)
      return geometry ? [geometry] : []
    })
  }
  if (mark.kind !== "polygon") return [mark.geometry]
  return (mark.geometry.parts as readonly unknown[]).map((part) => ({ parts: [part] }))
}

/** Makes one mark of the selected masks, or of the selected polygons: the first chosen one. */
export function joined(workspace: Workspace): void {
  const { session } = workspace
  const [first, ...others] = changeable(session)
  if (!first || others.length === 0) {
    workspace.say("Select two marks or more.", true)
    return
  }
  if (others.some((mark) => mark.kind !== first.kind || mark.class !== first.class || mark.asset !== first.asset)) {
    workspace.say("Only marks of one kind and class can be joined.", true)
    return
  }
  const geometry = jointGeometry([first, ...others], workspace.image)
  if (!geometry) {
    workspace.say("Only masks and polygons can be joined: make some of them first.", true)
    return
  }
  const changed: Exchange["changed"] = new Map<string, Shape | null>([
    [first.id, { kind: first.kind, geometry }],
    ...others.map(({ id }) => [id, null] as const),
  ])
  exchange(session, `Join ${named(session, [first, ...others])}`, { changed, select: [first.id] })
  workspace.say(`Joined ${others.length + 1} marks.`)
}

function jointGeometry(marks: readonly Mark[], image: Size): Geometry | null {
  const [{ kind }] = marks as readonly [Mark, ...Mark[]]
  if (kind === "mask") return maskGeometry(unionOf(marks))
  if (kind !== "polygon") return null
  const apart = soundPolygon({ parts: marks.flatMap((mark) => mark.geometry.parts as readonly unknown[]) }, image)
  if (apart) return apart
  return neatPolygon(marks.map(partsIn).reduce(unitedParts), image)
}

export function partsIn(mark: Mark): readonly Part[] {
  return mark.geometry.parts as readonly Part[]
}

/** The polygon of parts that were worked out, its points where documents keep them; null if that is none. */
export function neatPolygon(parts: readonly Part[], image: Size): Geometry | null {
  return soundPolygon({ parts: parts.map((part) => part.map((ring) => ring.map(neatPoint))) }, image)
}

/** Takes from the mark that was chosen first what the others cover, masks from masks, polygons from polygons. */
export function subtracted(workspace: Workspace): void {
  const { session, image } = workspace
  const [first, ...others] = session.selectedMarks
  if (!first || others.length === 0 || others.some((mark) => mark.kind !== first.kind)) {
    workspace.say("Select the mark to take from, then marks of its kind to take off.", true)
    return
  }
  if (session.isLocked(first.id) || (first.kind !== "mask" && first.kind !== "polygon")) {
    workspace.say(
      session.isLocked(first.id) ? "It is locked." : "Only masks and polygons have something to take off.",
      true,
    )
    return
  }
  const geometry =
    first.kind === "mask"
      ? maskGeometry(without(maskSpans(first.geometry), unionOf(others)))
      : neatPolygon(partsWithout(partsIn(first), others.flatMap(partsIn)), image)
  if (!geometry) {
    workspace.say("Nothing would be left of it.", true)
    return
  }
  exchange(session, "Take off", { changed: new Map([[first.id, { kind: first.kind, geometry }]]), select: [first.id] })
  workspace.say("Taken off.")
}

/** Fills what the selected masks enclose; where no two may share a pixel, what is free of it. */
export function filledUp(workspace: Workspace): void {
  const isExclusive = workspace.session.vocabulary.layers.overlap === "forbidden"
  onMasks(workspace, "Fill holes", "There is no hole.", (spans, others) => {
    const holes = holesOf(spans).reduce(united, NO_SPANS)
    return united(spans, isExclusive ? without(holes, others) : holes)
  })
}

/** Takes from the selected masks what others cover. */
export function cutFree(workspace: Workspace): void {
  onMasks(workspace, "Leave to others", "They share no pixel with others.", without)
}

function onMasks(
  workspace: Workspace,
  label: string,
  nothing: string,
  change: (spans: Spans, others: Spans) => Spans,
): void {
  const { session } = workspace
  const masks = [...session.marks()].filter((mark) => mark.kind === "mask" && mark.asset === session.asset)
  const changed = new Map<string, Shape | null>()
  for (const mark of changeable(session)) {
    if (mark.kind !== "mask") continue
    const before = maskSpans(mark.geometry)
    // One that has changed already counts as it is now: of two that share pixels, one keeps them.
    const others = masks.reduce((spans, { id, geometry }) => {
      const now = changed.has(id) ? changed.get(id)?.geometry : geometry
      return id === mark.id || !now ? spans : united(spans, maskSpans(now))
    }, NO_SPANS)
    const after = change(before, others)
    if (areaOf(after) === areaOf(before)) continue
    const geometry = maskGeometry(after)
    changed.set(mark.id, geometry && { kind: "mask", geometry })
  }
  if (changed.size === 0) workspace.say(nothing, true)
  else exchange(session, label, { changed })
}
