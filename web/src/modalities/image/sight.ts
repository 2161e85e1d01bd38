/** Bringing things into sight with as little movement of the view as will do. */

import type { Mark } from "#editor/annotation.ts"
import type { Pin } from "#editor/threads.ts"
import { type Box, encloses, grown, unionOf } from "#geometry/box.ts"
import { type ImagePoint, imagePoint } from "#geometry/point.ts"
import type { Difference } from "../review.ts"
import { placedKind } from "./kinds/table.ts"
import type { Workspace } from "./workspace.ts"

/** A difference smaller than this on screen, CSS pixels, is zoomed to. */
const SEEN_FROM = 100

/** The box around marks of the asset on screen; null if none of them has a place there. */
export function boundsOf({ session }: Workspace, marks: readonly Mark[]): Box | null {
  return unionOf(
    marks.flatMap((mark) => {
      const kind = placedKind(mark.kind)
      return kind && mark.asset === session.asset ? [kind.bounds(mark.geometry)] : []
    }),
  )
}

/** Pans as little as needed for the mark to be in sight. */
export function reveal(workspace: Workspace, mark: Mark): void {
  const box = boundsOf(workspace, [mark])
  if (!box) return
  const { x, y, w, h } = workspace.visible
  const isInSight = box.x >= x && box.y >= y && box.x + box.w <= x + w && box.y + box.h <= y + h
  const isTooLarge = box.w > w || box.h > h
  if (isInSight || (isTooLarge && box.x < x + w && box.x + box.w > x && box.y < y + h && box.y + box.h > y)) return
  if (isTooLarge) workspace.lookAt([mark])
  else workspace.centreOn(imagePoint(box.x + box.w / 2, box.y + box.h / 2))
}

export function showDifference(workspace: Workspace, difference: Difference): void {
  if (!difference.box) return
  workspace.session.showAsset(difference.asset)
  const { w, h } = difference.box
  const isInSight = encloses(workspace.visible, difference.box)
  const isLargeEnough = Math.max(w, h) * workspace.view.scale >= SEEN_FROM
  // With as much around it as it is itself: a difference is judged by its surroundings.
  if (!isInSight || !isLargeEnough) workspace.zoomToBox(grown(difference.box, Math.max(w, h)))
}

/** A pin at a mark, else at a place. */
export function pinAt({ session }: Workspace, at: ImagePoint, markId: string | null): Pin {
  return { asset: session.asset, markId, at: { x: at[0], y: at[1] } }
}

/** A pin at the one selected mark, else at the place under the pointer, else in the middle of what is in sight. */
export function pinHere(workspace: Workspace): Pin {
  const { session, pointer, visible } = workspace
  const [mark, ...others] = session.selectedMarks
  workspace.takeImageOf(mark)
  if (mark && others.length === 0) {
    const box = boundsOf(workspace, [mark])
    return { asset: mark.asset, markId: mark.id, at: box && { x: box.x, y: box.y } }
  }
  return pinAt(workspace, pointer ?? imagePoint(visible.x + visible.w / 2, visible.y + visible.h / 2), null)
}

export function showPlace(workspace: Workspace, { asset, at }: Pin): void {
  if (!at) return
  workspace.session.showAsset(asset)
  if (!encloses(workspace.visible, { ...at, w: 0, h: 0 })) workspace.centreOn(imagePoint(at.x, at.y))
}
