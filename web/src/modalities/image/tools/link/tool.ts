/** Draws relations: press on one mark and let go on the other, or click both. */

import { CLICK_STRAY, type PointerState, type State, type Tool } from "#editor/tool.ts"
import { distance } from "#geometry/point.ts"

const ready: State = {
  name: "ready",
  enter(host) {
    host.links.end()
    host.cursor("crosshair")
    host.sketch(null)
  },
  pointerMove(host, { at, reach }) {
    host.hover(host.pick(at, reach))
  },
  pointerDown(host, pointer) {
    const id = host.pick(pointer.at, pointer.reach)
    if (id === null) {
      host.say("Press on the mark that the relation begins at.", true)
      return undefined
    }
    const { begun } = host.links
    if (begun !== null && begun !== id) {
      host.links.join(begun, id)
      return undefined
    }
    return host.links.begin(id) ? reaching(id, pointer) : undefined
  },
}

function reaching(from: string, first: PointerState): State {
  function show(host: Parameters<NonNullable<State["pointerMove"]>>[0], { at, reach }: PointerState): void {
    const over = host.pick(at, reach)
    const other = over === null || over === from ? null : over
    const start = host.links.middleOf(from)
    host.hover(other)
    if (start) host.sketch({ arrow: { from: start, to: (other === null ? null : host.links.middleOf(other)) ?? at } })
  }

  /** The first mark has been clicked: the second one is still to come, and may take several tries. */
  let isClicked = false
  return {
    name: "reaching",
    pointerMove: show,
    pointerUp(host, pointer) {
      const id = host.pick(pointer.at, pointer.reach)
      // Let go where it was pressed: the second click is still to come.
      if (id === from && distance(first.screen, pointer.screen) < CLICK_STRAY) {
        isClicked = true
        return undefined
      }
      if (id === null || id === from) {
        host.say(isClicked ? "Click another mark, or call it off with Escape." : "Let go on another mark.", true)
        return isClicked ? undefined : "start"
      }
      host.links.join(from, id)
      return "start"
    },
    back: () => "start",
    // Between two clicks two fingers may move the view.
    interrupt: () => (isClicked ? undefined : "start"),
    cancel(host) {
      host.say("Called off.")
      return "start"
    },
    leave(host) {
      host.links.end()
      host.sketch(null)
    },
  }
}

export const linkTool: Tool = { id: "link", title: "Draw relation", start: ready }
