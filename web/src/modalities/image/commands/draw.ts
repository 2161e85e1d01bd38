/** Tools, and what Escape does. */

import { ANY, type Command, EDIT, keys } from "#editor/commands.ts"
import { cannotEdit } from "../../host.ts"
import type { Workspace } from "../workspace.ts"

function hasTool(id: string) {
  return (workspace: Workspace) =>
    workspace.tools.some((tool) => tool.id === id) ? cannotEdit(workspace) : "This project has no class for it."
}

export const drawCommands: readonly Command<Workspace>[] = [
  {
    id: "tool.select",
    title: "Select tool",
    group: "Tools",
    modes: ANY,
    keys: keys("V"),
    run: (workspace) => workspace.choose("select"),
  },
  {
    id: "tool.box",
    title: "Draw boxes",
    group: "Tools",
    modes: EDIT,
    keys: keys("N", "R", "N | R"),
    refusal: hasTool("box"),
    run: (workspace) => workspace.choose("box"),
  },
  {
    id: "tool.pan",
    title: "Pan tool",
    group: "Tools",
    modes: ANY,
    keys: keys("P", "H", "P"),
    run: (workspace) => workspace.choose("pan"),
  },
  {
    id: "tool.redraw",
    title: "Redraw the selected mark",
    group: "Tools",
    modes: EDIT,
    keys: keys("Shift+N", "Shift+R", "Shift+N"),
    refusal(workspace) {
      if (workspace.selection.size !== 1) return "Select one mark first."
      return cannotEdit(workspace)
    },
    run(workspace) {
      const [mark] = workspace.session.selectedMarks
      if (!mark || !workspace.tools.some((tool) => tool.id === mark.kind)) return
      workspace.choose(mark.kind)
      workspace.redrawing = mark.id
      workspace.say("Draw its new place.")
    },
  },
  {
    id: "cancel",
    title: "Call off, put the tool down, select nothing",
    group: "Tools",
    modes: ANY,
    keys: keys("Esc"),
    run: (workspace) => workspace.cancel(),
  },
]
