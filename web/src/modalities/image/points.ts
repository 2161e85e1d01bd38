/** The points of the selected mark, one after another, without a pointer. */

import { changeGeometry } from "#editor/actions.ts"
import type { Mark } from "#editor/annotation.ts"
import type { Handle } from "#editor/kind.ts"
import type { Grip } from "#editor/tool.ts"
import { type ImagePoint, imagePoint } from "#geometry/point.ts"
import type { PlacedImageKind } from "./kinds/kind.ts"
import { placedKind } from "./kinds/table.ts"
import type { Workspace } from "./workspace.ts"

interface Held {
  readonly mark: Mark
  readonly kind: PlacedImageKind
  /** The grips that stand for points, in their order. */
  readonly points: readonly Handle[]
}

/** The one selected mark, if it has points that keys can act on. */
export function heldPoints(workspace: Workspace): Held | null {
  const [mark] = workspace.session.selectedMarks
  const kind = mark && placedKind(mark.kind)
  if (!mark || !kind || workspace.selection.size !== 1 || workspace.session.isLocked(mark.id)) return null
  const points =
    kind.pointGrips?.(mark.geometry) ?? kind.handles(mark.geometry, 0).filter(({ form }) => form === "round")
  return points.length > 0 ? { mark, kind, points } : null
}

/** Takes the next or the previous point in hand. */
export function stepPoint(workspace: Workspace, by: 1 | -1): void {
  const held = heldPoints(workspace)
  if (!held) return
  const { points } = held
  const at = points.findIndex(({ name }) => name === workspace.activePoint)
  const next = (at < 0 && by < 0 ? points.length - 1 : at + by + points.length) % points.length
  const point = points[next] as Handle
  workspace.choose("select")
  workspace.markPoint(point.name)
  const [x, y] = point.at
  const name = workspace.session.vocabulary.jointsOf(held.mark.class)?.names[next]
  const place = `at ${Math.round(x)}, ${Math.round(y)}`
  if (name === undefined || !held.kind.isJointed) workspace.say(`Point ${next + 1} of ${points.length}, ${place}.`)
  else
    workspace.say(
      `${name}, ${next + 1} of ${points.length}, ${held.kind.pointWords?.(held.mark.geometry, point.name) ?? place}.`,
    )
}

/** Moves the point in hand; false if none is. Nudges of one point make one step. */
export function movePoint(workspace: Workspace, dx: number, dy: number): boolean {
  const held = workspace.activePoint === null ? null : heldPoints(workspace)
  const point = held?.points.find(({ name }) => name === workspace.activePoint)
  if (!held || !point) return false
  const { mark, kind } = held
  const to = imagePoint(point.at[0] + dx, point.at[1] + dy)
  const geometry = kind.reshaped(mark.geometry, point.name, to, false, workspace.image)
  changeGeometry(workspace.session, "Move a point", new Map([[mark.id, geometry]]), `point ${mark.id} ${point.name}`)
  return true
}

/** Takes the point in hand out; false if none is in hand. */
export function removeHeld(workspace: Workspace): boolean {
  const held = workspace.activePoint === null ? null : heldPoints(workspace)
  const handle = held?.points.find(({ name }) => name === workspace.activePoint)
  if (!held || !handle) return false
  takeOut(workspace, held.mark, handle)
  return true
}

/** Puts a point into the middle of the edge behind the point in hand, and takes it in hand. */
export function addPoint(workspace: Workspace): void {
  const held = heldPoints(workspace)
  const at = held?.points.findIndex(({ name }) => name === workspace.activePoint) ?? -1
  const point = held?.points[at]
  if (!held || !point) return
  const { mark, kind } = held
  const [, path, index] = point.name.split(".") as [string, string, string]
  const middle = kind.handles(mark.geometry, 0).find(({ name }) => name === `edge.${path}.${index}`)
  if (!middle) {
    workspace.say("No edge begins at this point.", true)
    return
  }
  const geometry = kind.reshaped(mark.geometry, middle.name, middle.at, false, workspace.image)
  changeGeometry(workspace.session, "Add a point", new Map([[mark.id, geometry]]))
  workspace.markPoint(`vertex.${path}.${Number(index) + 1}`)
}

/** Takes out the point that a grip stands for, or hides it if its kind knows hidden points; false if it stands for none. */
export function removePoint(workspace: Workspace, { mark, handle }: Grip): boolean {
  const turned = placedKind(mark.kind)?.turnedHandle?.(mark.geometry, handle.name)
  if (!turned) return handle.form === "round" && takeOut(workspace, mark, handle)
  if (!workspace.canEdit) return false
  changeGeometry(workspace.session, "Hide or show a point", new Map([[mark.id, turned]]))
  return true
}

function takeOut(workspace: Workspace, mark: Mark, handle: Handle): boolean {
  const kind = placedKind(mark.kind)
  if (!kind?.withoutHandle || !workspace.canEdit) return false
  const geometry = kind.withoutHandle(mark.geometry, handle.name)
  if (geometry === null) workspace.say("These are the fewest points that it takes.", true)
  else changeGeometry(workspace.session, "Take a point out", new Map([[mark.id, geometry]]))
  workspace.markPoint(null)
  return geometry !== null
}

/** The grip of the one selected mark within `reach` image pixels, or null; `anywhere` on an edge, where that adds a point. */
export function gripUnder(workspace: Workspace, at: ImagePoint, reach: number, anywhere: boolean): Grip | null {
  const { session, canEdit } = workspace
  // It is asked for with every move of the pointer: of a large selection no list is made.
  const mark = session.selection.size === 1 ? session.selectedMarks[0] : undefined
  const kind = mark && placedKind(mark.kind)
  if (mark?.asset !== session.asset || !kind || !canEdit) return null
  if (session.isLocked(mark.id) || session.isHidden(mark)) return null
  const handle = kind.handleUnder(mark.geometry, at, reach, anywhere)
  return handle && { mark, handle }
}
