/** Draws boxes by a drag or by two clicks, one after another, until another tool is chosen. */

import type { Tool } from "#editor/tool.ts"
import { ready } from "./ready.ts"

export const boxTool: Tool = { id: "box", title: "Draw box", start: ready }
