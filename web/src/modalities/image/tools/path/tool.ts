/** Draws points in a row by clicks or by a drag, one mark after another, until another tool is chosen. */

import type { Tool } from "#editor/tool.ts"
import type { Plan } from "./plan.ts"
import { ready } from "./ready.ts"

export function pathTool(plan: Plan): Tool {
  return { id: plan.kind, title: plan.title, start: ready(plan) }
}
