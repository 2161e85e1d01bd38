/** Pins a comment to the mark or the place that is clicked, and is put down again. */

import type { State, Tool } from "#editor/tool.ts"
import { comment } from "../../../threadCommands.ts"
import type { Workspace } from "../../workspace.ts"

export function commentTool(workspace: Workspace): Tool {
  const ready: State = {
    name: "ready",
    enter(host) {
      host.cursor("crosshair")
    },
    pointerMove(host, { at, reach }) {
      host.hover(host.pick(at, reach))
    },
    pointerUp(host, { at, reach }) {
      const pin = workspace.pinAt(at, host.pick(at, reach))
      workspace.choose("select")
      comment(workspace, pin)
      return undefined
    },
  }
  return { id: "comment", title: "Comment", start: ready }
}
