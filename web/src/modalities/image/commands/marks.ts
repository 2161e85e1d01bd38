/** What is done to selected marks. */

import { deleteMarks, moveBy, type Order, paste, pushEdge, reorder } from "#editor/actions.ts"
import { type Command, EDIT, type Keys, keys } from "#editor/commands.ts"
import type { Edge } from "#editor/kind.ts"
import { toggled } from "#editor/session.ts"
import { cannotEdit } from "../../host.ts"
import { needsSelection } from "../../markCommands.ts"
import { clipboard, placeOfCopied } from "../clipboard.ts"
import { moveCrosshair } from "../crosshair.ts"
import { type Flag, flaggable, toggleFlag } from "../flags.ts"
import { movePoint } from "../points.ts"
import type { Workspace } from "../workspace.ts"

const GROUP = "Marks"

function onSelection(
  id: string,
  title: string,
  key: Keys,
  run: (workspace: Workspace) => void,
  repeats = false,
): Command<Workspace> {
  return { id, title, group: GROUP, modes: EDIT, keys: key, refusal: needsSelection, run, repeats }
}

function nudge(name: string, arrow: string, dx: number, dy: number): Command<Workspace>[] {
  return [1, 10].map((step) => ({
    id: `move.${name}${step === 1 ? "" : step}`,
    title: `Move ${name} by ${step} px, or the view`,
    family: `Move by ${step} px: the mark, a point in hand, the crosshair; with nothing selected, the view`,
    group: "Move and resize",
    modes: EDIT,
    keys: keys(step === 1 ? arrow : `Shift+${arrow}`),
    repeats: true,
    run(workspace) {
      const way = workspace.wayInImage(dx * step, dy * step)
      if (moveCrosshair(workspace, ...way) || movePoint(workspace, ...way)) return
      if (workspace.selection.size === 0) workspace.panBy(...workspace.wayOnTable(-dx * step * 40, -dy * step * 40))
      else if (workspace.canEdit) moveBy(workspace.session, ...way)
    },
  }))
}

/** Alt and arrow push the far edges (right, bottom), Ctrl+Alt and arrow the near ones. */
function push(edge: Edge, arrow: string, by: number): Command<Workspace>[] {
  const isFar = edge === "right" || edge === "bottom"
  const title = `${by > 0 ? "Grow" : "Shrink"} at the ${edge}`
  return [1, 10].map((step) => ({
    ...onSelection(
      `resize.${edge}.${by > 0 ? "out" : "in"}${step === 1 ? "" : step}`,
      `${title} by ${step} px`,
      keys(`${isFar ? "" : "Ctrl+"}Alt+${step === 1 ? "" : "Shift+"}${arrow}`),
      (workspace) => pushEdge(workspace.session, edge, by * step),
      true,
    ),
    group: "Move and resize",
    family: `Push the ${isFar ? "right or bottom" : "left or top"} edge by ${step} px`,
  }))
}

function order(id: Order, title: string, key: string): Command<Workspace> {
  return onSelection(`order.${id}`, title, keys(key), (workspace) => reorder(workspace.session, id))
}

function flag(id: Flag, title: string, key: string): Command<Workspace> {
  return {
    ...onSelection(`flag.${id}`, title, keys(key), ({ session }) => toggleFlag(session, id)),
    refusal(workspace) {
      const why = needsSelection(workspace)
      return (
        why ?? (flaggable(workspace.session, id).length > 0 ? null : `This class has no yes-or-no attribute ${id}.`)
      )
    },
  }
}

export const markCommands: readonly Command<Workspace>[] = [
  onSelection("copy", "Copy", keys("Ctrl+C"), (workspace) => workspace.copy(workspace.session.selectedMarks)),
  onSelection("cut", "Cut", keys("Ctrl+X"), (workspace) => {
    workspace.copy(workspace.session.selectedMarks)
    deleteMarks(workspace.session, workspace.selection)
  }),
  {
    id: "paste",
    title: "Paste at the pointer",
    group: GROUP,
    modes: EDIT,
    keys: keys("Ctrl+V"),
    refusal: cannotPaste,
    run: ({ session, pointer }) => paste(session, clipboard.marks, pointer ? { at: pointer } : "aside"),
  },
  {
    id: "paste.same",
    title: "Paste in the same place",
    group: GROUP,
    modes: EDIT,
    keys: keys("Ctrl+Shift+V"),
    refusal: cannotPaste,
    run: (workspace) => paste(workspace.session, clipboard.marks, placeOfCopied(workspace)),
  },
  onSelection("duplicate", "Duplicate", keys("Ctrl+D | Ctrl+B", "Ctrl+D", "Ctrl+D"), ({ session }) =>
    paste(session, session.selectedMarks, "aside", "Duplicate"),
  ),
  onSelection("lock", "Lock or unlock", keys("L", "Alt+L", "L"), ({ session }) =>
    session.setLocked(toggled(session.locked, [...session.selection])),
  ),
  onSelection("hide", "Hide or show", keys("H", "Alt+H", "H"), ({ session }) =>
    session.setHidden(toggled(session.hidden, [...session.selection])),
  ),
  flag("occluded", "Occluded or not", "Q"),
  flag("truncated", "Truncated or not: cut off by the border", "Shift+Q"),
  order("front", "Bring to the front", "Shift+="),
  order("forward", "Bring forward", "="),
  order("backward", "Send backward", "-"),
  order("back", "Send to the back", "Shift+-"),
  ...nudge("left", "Left", -1, 0),
  ...nudge("right", "Right", 1, 0),
  ...nudge("up", "Up", 0, -1),
  ...nudge("down", "Down", 0, 1),
  ...push("right", "Right", 1),
  ...push("right", "Left", -1),
  ...push("bottom", "Down", 1),
  ...push("bottom", "Up", -1),
  ...push("left", "Left", 1),
  ...push("left", "Right", -1),
  ...push("top", "Up", 1),
  ...push("top", "Down", -1),
]

function cannotPaste(workspace: Workspace): string | null {
  return clipboard.marks.length === 0 ? "Nothing has been copied." : cannotEdit(workspace)
}
