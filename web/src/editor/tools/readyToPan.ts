/** The pan tool at rest. */

import type { State } from "../tool.ts"
import { panning } from "./panning.ts"

export const readyToPan: State = {
  name: "readyToPan",

  enter(host) {
    host.hover(null)
    host.cursor("grab")
  },

  pointerDown: (_host, pointer) => panning(pointer, false),
}
