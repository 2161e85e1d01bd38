/** Draws between two corners by a drag or by two clicks, one mark after another, until another tool is chosen. */

import type { Tool } from "#editor/tool.ts"
import type { Plan } from "./preview.ts"
import { ready } from "./ready.ts"

export function cornerTool(kind: string, title: string, geometryOf: Plan["geometryOf"]): Tool {
  return { id: kind, title, start: ready({ kind, geometryOf }) }
}

export const boxTool: Tool = cornerTool("box", "Draw box", ({ x, y, w, h }) => ({ x, y, w, h }))
