/** Which tools there are to choose from. */

import type { Session } from "#editor/session.ts"
import type { Tool } from "#editor/tool.ts"
import { panTool, selectTool } from "#editor/tools/table.ts"
import type { PlacedImageKind } from "./kinds/kind.ts"
import { placedKinds } from "./kinds/table.ts"
import { assistTools } from "./tools/assist/table.ts"
import { commentTool } from "./tools/comment/tool.ts"
import { cutTool } from "./tools/cut/tool.ts"
import { linkTool } from "./tools/link/tool.ts"
import { rulerTool } from "./tools/ruler/tool.ts"
import type { Workspace } from "./workspace.ts"

/** Tools that change nothing. */
const LOOKING: ReadonlySet<Tool> = new Set([selectTool, panTool, rulerTool, linkTool])
/** Kinds that a line can be drawn through. */
const CUT: ReadonlySet<string> = new Set(["polygon", "polyline", "mask"])

/** The kinds that some class of the project has. */
export function drawableKinds({ vocabulary }: Session): readonly PlacedImageKind[] {
  return placedKinds.filter(({ id }) => vocabulary.classesFor(id).length > 0)
}

/** In the order of the rail; of a viewer only those that change nothing. */
export function toolsFor(workspace: Workspace): readonly Tool[] {
  const { session, threads } = workspace
  const comment = threads ? [commentTool(workspace)] : []
  if (session.mode === "view") return [selectTool, panTool, rulerTool, ...comment]
  const kinds = drawableKinds(session)
  return [
    selectTool,
    ...kinds.flatMap(({ tool, moreTools = [] }) => [tool, ...moreTools]),
    ...(kinds.some(({ id }) => CUT.has(id)) ? [cutTool] : []),
    ...assistTools(workspace),
    ...(session.vocabulary.linkTypes.length > 0 ? [linkTool] : []),
    panTool,
    rulerTool,
    ...comment,
  ]
}

/** Whether a tool draws. */
export function draws(tool: Tool): boolean {
  return !LOOKING.has(tool) && tool.id !== "comment"
}
