/** Brush, eraser and fill. The brush has the id of the kind that it paints. */

import type { Tool } from "#editor/tool.ts"
import { ready } from "./ready.ts"

export const brushTool: Tool = { id: "mask", title: "Brush", start: ready("brush") }
export const eraserTool: Tool = { id: "eraser", title: "Eraser", start: ready("eraser") }
export const fillTool: Tool = { id: "fill", title: "Fill", start: ready("fill") }
export const PAINTING: ReadonlySet<Tool> = new Set([brushTool, eraserTool, fillTool])
