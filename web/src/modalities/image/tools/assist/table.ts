/** The tools that are helped, for the classes of a project. */

import type { Tool } from "#editor/tool.ts"
import type { Workspace } from "../../workspace.ts"
import { cutoutTool } from "./cutout.ts"
import { modelTool } from "./model.ts"
import { regionTool } from "./region.ts"
import { scissorsTool } from "./scissors.ts"

export function assistTools(workspace: Workspace): Tool[] {
  const { vocabulary } = workspace.session
  return [scissorsTool(workspace), regionTool(workspace), cutoutTool(workspace)].filter(({ kinds = [] }) =>
    kinds.some((kind) => vocabulary.classesFor(kind).length > 0),
  )
}

/** Adds a tool for each model that the server has, once it says so; returns how to stop waiting. */
export function watchModels(workspace: Workspace): () => void {
  const { work, session } = workspace
  const takesArea = ["mask", "polygon"].some((kind) => session.vocabulary.classesFor(kind).length > 0)
  let isOver = false
  if (work && takesArea) {
    void work.models().then((models) => {
      if (isOver || models.length === 0) return
      workspace.tools = [...workspace.tools, ...models.map((model) => modelTool(workspace, model))]
      workspace.topics.tell("live")
    })
  }
  return () => {
    isOver = true
  }
}
