/** The button is held: the brush follows the pointer. Letting go makes the stroke one step. */

import type { PointerState, State } from "#editor/tool.ts"

export function painting(first: PointerState): State {
  let last = first.at
  return {
    name: "painting",

    enter: (host) => host.painter.brush(first.at, first.at),

    pointerMove(host, { at }) {
      host.painter.brush(last, at)
      last = at
    },

    pointerUp(host, { at }) {
      if (at[0] !== last[0] || at[1] !== last[1]) host.painter.brush(last, at)
      host.painter.commit()
      return "start"
    },

    back: () => "start",
    cancel: () => "start",
    leave: (host) => host.painter.discard(),
  }
}
