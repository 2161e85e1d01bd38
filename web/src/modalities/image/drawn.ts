/** What becomes of a geometry that a tool has drawn. */

import { addMark, exchange } from "#editor/actions.ts"
import type { Geometry } from "#editor/annotation.ts"
import type { Path } from "#geometry/path.ts"
import { cut, refusalToCut } from "./cutting.ts"
import { placedKind } from "./kinds/table.ts"
import { cutTool } from "./tools/cut/tool.ts"
import type { Workspace } from "./workspace.ts"

/** Why nothing of this kind can be drawn now, or null. */
export function refusalToDraw(workspace: Workspace, kind: string): string | null {
  if (kind === cutTool.id) return refusalToCut(workspace)
  const { vocabulary, classInHand, refusalToAdd } = workspace.session
  if (!workspace.canEdit) return "Nothing can be changed now."
  if (workspace.redrawing !== null) return null
  if (refusalToAdd !== null) return refusalToAdd
  const itemClass = classInHand === null ? undefined : vocabulary.classOf(classInHand)
  if (itemClass?.marks.includes(kind)) return null
  return vocabulary.classesFor(kind).length > 0 ? "Choose a class first." : "This project has no class for it."
}

/** Adds a mark, or gives the one that is being redrawn its new geometry or one more outline; says what is wrong with it. */
export function draw(workspace: Workspace, kind: string, geometry: Geometry): void {
  const { session, image, redrawing } = workspace
  if (kind === cutTool.id) {
    cut(workspace, geometry.points as Path)
    return
  }
  const mended = placedKind(kind)?.mended(geometry, image) ?? null
  if (mended === null) {
    workspace.say("Too small: drag further, or zoom in.", true)
    return
  }
  const target = redrawing === null ? undefined : session.mark(redrawing)
  if (target?.kind === kind) redraw(workspace, target.id, target.geometry, kind, mended)
  else {
    workspace.redrawing = null
    const name = session.vocabulary.classOf(session.classInHand ?? "")?.name
    if (addMark(session, kind, mended) === null) return
    workspace.drawnClass = session.classInHand
    const [fault] = placedKind(kind)?.problems(mended, image) ?? []
    workspace.say(fault ? fault.message : `Drew ${name}.`, fault !== undefined)
  }
}

function redraw(workspace: Workspace, id: string, before: Geometry, kind: string, drawn: Geometry): void {
  const geometry = workspace.joins ? placedKind(kind)?.joined?.(before, drawn) : drawn
  if (!geometry) {
    workspace.say("It crosses an outline that is there: draw it inside for a hole, outside for a part.", true)
    return
  }
  const { session, joins } = workspace
  const made = joins || session.making === null ? {} : { made: session.making }
  exchange(session, joins ? "Add an outline" : "Redraw", { changed: new Map([[id, { kind, geometry, ...made }]]) })
  workspace.choose("select")
}
