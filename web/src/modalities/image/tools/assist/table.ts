/** The tools that are helped, for the classes of a project. */

import type { Tool } from "#editor/tool.ts"
import type { Workspace } from "../../workspace.ts"
import { cutoutTool } from "./cutout.ts"
import { regionTool } from "./region.ts"
import { scissorsTool } from "./scissors.ts"

export function assistTools(workspace: Workspace): Tool[] {
  const { vocabulary } = workspace.session
  return [scissorsTool(workspace), regionTool(workspace), cutoutTool(workspace)].filter(({ kinds = [] }) =>
    kinds.some((kind) => vocabulary.classesFor(kind).length > 0),
  )
}
