/** The class that the next mark gets. */

import { relabel, toggleTag } from "#editor/actions.ts"
import type { Tool } from "#editor/tool.ts"
import { selectTool } from "#editor/tools/table.ts"
import { placedKind } from "./kinds/table.ts"
import type { Workspace } from "./workspace.ts"

/**
 * A class is chosen: the selection takes it in the select tool; otherwise it is in hand for the next mark. A class
 * that is only ever a tag is put on or taken off.
 */
export function useClass(workspace: Workspace, classId: string): void {
  const { session, tool, painter } = workspace
  const itemClass = session.vocabulary.classOf(classId)
  if (!itemClass || !workspace.canEdit) return
  if (!itemClass.marks.some((kind) => placedKind(kind))) {
    toggleTag(session, classId)
    return
  }
  const isSelecting = tool === selectTool && session.selection.size > 0
  session.hold(classId)
  if (isSelecting) relabel(session, session.selection, classId)
  else {
    const isFit = (painter.isInHand ? ["mask"] : kindsOf(tool)).some((kind) => itemClass.marks.includes(kind))
    const other = workspace.tools.find(({ id }) => itemClass.marks.includes(id))
    if (other && !isFit && session.mode === "label") workspace.choose(other.id)
    // A tool that has just been taken up may have brought its own class along.
    session.hold(classId)
    session.say(`Drawing ${itemClass.name}.`)
  }
  workspace.topics.tell("live")
}

function kindsOf({ id, kinds = [id] }: Tool): readonly string[] {
  return kinds
}

/** The class in hand, if the tool can draw it; else the first that it can. */
export function holdDrawable({ session, tool }: Workspace): void {
  const { vocabulary, classInHand } = session
  const kinds = kindsOf(tool)
  const [first, ...others] = vocabulary.classes.filter(({ marks }) => marks.some((kind) => kinds.includes(kind)))
  if (first && ![first, ...others].some(({ id }) => id === classInHand)) session.hold(first.id)
}
