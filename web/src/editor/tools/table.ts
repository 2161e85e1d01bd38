/** The tools that every modality with a plane to draw on has. */

import type { Tool } from "../tool.ts"
import { idle } from "./idle.ts"
import { readyToPan } from "./readyToPan.ts"

export const selectTool: Tool = { id: "select", title: "Select", start: idle }
export const panTool: Tool = { id: "pan", title: "Pan", start: readyToPan }
