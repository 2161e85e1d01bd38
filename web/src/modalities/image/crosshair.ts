/** Drawing by keys: they move the crosshair and click at it. */

import type { PointerState } from "#editor/tool.ts"
import { clamp, type ImagePoint, imagePoint, screenPoint } from "#geometry/point.ts"
import { toImage, toScreen } from "#geometry/viewport.ts"
import type { Workspace } from "./workspace.ts"

/** Moves the crosshair while something is being drawn or the brush is in hand, and takes the view along; else false. */
export function moveCrosshair(workspace: Workspace, dx: number, dy: number): boolean {
  if (!workspace.isDrawing || !(workspace.isBusy || workspace.painter.isInHand)) return false
  const [x, y] = crosshair(workspace)
  const at = inside(workspace, imagePoint(x + dx, y + dy))
  const [screenX, screenY] = toScreen(workspace.view, at)
  const beyond = (value: number, far: number) => Math.min(0, far - value) + Math.max(0, -value)
  workspace.panBy(beyond(screenX, workspace.size.width), beyond(screenY, workspace.size.height))
  workspace.point(at)
  workspace.machine.pointerMove(keyed(workspace, at))
  return true
}

/** The crosshair as a pointer: at the mouse, or in the middle of what is in view. */
export function pointerByKeys(workspace: Workspace): PointerState {
  return keyed(workspace, crosshair(workspace))
}

/** A click at the crosshair: at the pointer, or in the middle of what is in view. */
export function clickAtCrosshair(workspace: Workspace): void {
  const pointer = pointerByKeys(workspace)
  workspace.point(pointer.at)
  workspace.machine.pointerDown(pointer)
  workspace.machine.pointerUp(pointer)
}

function crosshair(workspace: Workspace): ImagePoint {
  const { view, size, pointer } = workspace
  return inside(workspace, pointer ?? toImage(view, screenPoint(size.width / 2, size.height / 2)))
}

function inside({ image }: Workspace, at: ImagePoint): ImagePoint {
  return imagePoint(clamp(at[0], 0, image.width), clamp(at[1], 0, image.height))
}

/** Keys mean a place to the pixel: nothing near it is meant instead. */
function keyed({ view }: Workspace, at: ImagePoint): PointerState {
  const screen = toScreen(view, at)
  return { at, screen, reach: 0, pixel: 1 / view.scale, shift: false, ctrl: false, alt: true, byKeys: true }
}
