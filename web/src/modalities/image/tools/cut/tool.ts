/** Draws the line that marks are cut by: clicks from point to point, or a drag. */

import { pathTool } from "../path/tool.ts"

export const cutTool = pathTool({
  kind: "cut",
  shownAs: "polyline",
  title: "Cut",
  isClosed: false,
  least: 2,
  geometryOf: (points) => ({ points }),
})
