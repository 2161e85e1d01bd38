/** Relations between marks, and marks that belong together. */

import { type Command, EDIT, keys } from "#editor/commands.ts"
import { groupMarks, ungroupMarks } from "#editor/groups.ts"
import { cannotEdit } from "../../host.ts"
import { needsSelection } from "../../markCommands.ts"
import type { Workspace } from "../workspace.ts"

export const relationCommands: readonly Command<Workspace>[] = [
  {
    id: "tool.link",
    title: "Draw relations; of two selected marks, relate them",
    group: "Tools",
    modes: EDIT,
    keys: keys("Alt+R"),
    refusal: (workspace) =>
      workspace.tools.some(({ id }) => id === "link") ? cannotEdit(workspace) : "This project has no relations.",
    run(workspace) {
      workspace.choose("link")
      if (workspace.selection.size > 0) workspace.linker.byKeys()
    },
  },
  {
    id: "group",
    title: "Group the selected marks: they are selected together",
    group: "Marks",
    modes: EDIT,
    keys: keys("G"),
    refusal: needsSelection,
    run: ({ session }) => groupMarks(session),
  },
  {
    id: "ungroup",
    title: "Take the selected marks out of their groups",
    group: "Marks",
    modes: EDIT,
    keys: keys("Shift+G"),
    refusal: needsSelection,
    run: ({ session }) => ungroupMarks(session),
  },
]
