/** Nothing is being painted; pressing begins. N begins a mark of its own. */

import type { PointerState, State } from "#editor/tool.ts"
import { enclosing } from "./enclosing.ts"
import { painting } from "./painting.ts"

export type Sort = "brush" | "eraser" | "fill"

export function ready(sort: Sort): State {
  const isErasing = ({ shift }: PointerState) => sort === "eraser" || (sort === "fill" && shift)
  return {
    name: "ready",

    enter(host) {
      host.hover(null)
      host.cursor("crosshair")
    },

    pointerDown(host, pointer) {
      if (!host.painter.begin(isErasing(pointer), pointer.ctrl)) return undefined
      return sort === "fill" ? enclosing(pointer) : painting(pointer)
    },

    finish: (host) => host.painter.renew(),
  }
}
