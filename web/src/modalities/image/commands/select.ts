/** Choosing marks by what is seen of them. */

import { ANY, type Command, keys } from "#editor/commands.ts"
import type { Workspace } from "../workspace.ts"

export const zoomCommand: Command<Workspace> = {
  id: "select.zoom",
  title: "Zoom to the selection, or all of the image",
  group: "Selection",
  modes: ANY,
  keys: keys("Z"),
  run: (workspace) => workspace.lookAt(workspace.session.selectedMarks),
}
