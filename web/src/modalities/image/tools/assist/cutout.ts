/** The thing in a box: drag the box, mend by strokes, accept. */

import type { PointerState, State, Tool } from "#editor/tool.ts"
import { type Box, contains } from "#geometry/box.ts"
import type { XY } from "#geometry/path.ts"
import { imagePoint } from "#geometry/point.ts"
import type { Spans } from "#geometry/spans.ts"
import type { CutStroke } from "../../assist/methods/jobs.ts"
import { drawSpans } from "../../assist/results.ts"
import { maskGeometry } from "../../kinds/mask.ts"
import type { Workspace } from "../../workspace.ts"
import { boxWithin } from "../box/preview.ts"
import { type Helped, isRemoving, ready } from "./ready.ts"

const KINDS = ["mask", "polygon"] as const
const HOW = "Drag a box around one thing; then strokes on it add, with Shift take off; N accepts."
/** A box with a shorter side, CSS pixels, was a slip. */
const SIDE_MIN = 6

export function cutoutTool(workspace: Workspace): Tool {
  const helped: Helped = { workspace, kinds: KINDS, howTo: HOW }
  return {
    id: "cutout",
    title: "Cut out of a box",
    kinds: KINDS,
    start: ready(helped, (_kind, at) => boxing(workspace, at)),
  }
}

/** The box follows the pointer until it is let go; two clicks do as well. */
function boxing(workspace: Workspace, first: PointerState): State {
  let clicks = 0
  const boxTo = (pointer: PointerState) => boxWithin(workspace.image, first.at, { at: pointer.at, shift: false })
  return {
    name: "boxing",
    pointerMove: (host, pointer) => host.sketch({ frame: boxTo(pointer) }),
    pointerUp(host, pointer) {
      const box = boxTo(pointer)
      if (Math.min(box.w, box.h) >= SIDE_MIN * pointer.pixel) return new Mending(workspace, box).state
      if (++clicks < 2) return undefined
      host.say("Too small: drag a box around the thing.", true)
      return "start"
    },
    back: () => "start",
    // Two fingers move the view between two clicks; one that drags is the first of them.
    interrupt: () => (clicks > 0 ? undefined : "start"),
    cancel: () => "start",
    leave: (host) => host.sketch(null),
  }
}

class Mending {
  readonly state: State
  readonly #workspace: Workspace
  readonly #box: Box
  #strokes: readonly CutStroke[] = []
  #stroke: CutStroke | null = null
  #spans: Spans = new Int32Array(0)
  #isLeft = false
  #isDone = false

  constructor(workspace: Workspace, box: Box) {
    this.#workspace = workspace
    this.#box = box
    this.state = {
      name: "mending",
      enter: (host) => {
        host.cursor("crosshair")
        this.#look()
      },
      pointerDown: (host, pointer) => {
        if (contains(box, imagePoint(pointer.at[0], pointer.at[1]))) {
          this.#stroke = { path: [pointer.at], isRemoving: isRemoving(workspace, pointer) }
        } else host.say("Strokes count inside the box. N accepts, Esc calls it off.", true)
      },
      pointerMove: (_host, pointer) => this.#draw(pointer.at),
      pointerUp: () => this.#letGo(),
      finish: () => this.#accept(),
      back: () => this.#back(),
      interrupt: () => this.#unpress(),
      cancel: (host) => {
        if (!this.#isDone) host.say("Called off.")
        return "start"
      },
      leave: (host) => {
        this.#isLeft = true
        workspace.assistance.callOff("cut")
        workspace.assistance.gesture = null
        host.sketch(null)
      },
    }
  }

  #draw(at: XY): void {
    if (!this.#stroke) return
    this.#stroke = { ...this.#stroke, path: [...this.#stroke.path, at] }
    this.#show()
  }

  /** The press was the beginning of another gesture, and no stroke. */
  #unpress(): State {
    if (this.#stroke) {
      this.#stroke = null
      this.#show()
    }
    return this.state
  }

  #letGo(): void {
    if (!this.#stroke) return
    this.#strokes = [...this.#strokes, this.#stroke]
    this.#stroke = null
    this.#look()
  }

  #look(): void {
    const { assistance, session } = this.#workspace
    const source = assistance.sources[session.asset]
    if (!source) {
      this.#workspace.say("There is no image to look at.", true)
      return
    }
    assistance.gesture = { words: "Looking …", canAccept: false, canTakeOff: true }
    this.#workspace.sketch({ ...this.#workspace.sketched, frame: this.#box })
    assistance.ask(
      { sort: "cut", image: source.url, box: this.#box, strokes: this.#strokes },
      [source],
      ({ spans }) => {
        if (this.#isLeft) return
        this.#spans = spans
        if (this.#isWanted) this.#accept()
        else this.#show()
      },
      (problem) => this.#workspace.say(problem, true),
    )
  }

  /** Accepted before the answer was there. */
  #isWanted = false

  #accept(): void {
    this.#isWanted = this.#workspace.assistance.isAsking
    if (this.#isWanted || !drawSpans(this.#workspace, this.#spans, { made: { by: "cutout" } })) return
    this.#isDone = true
    this.#workspace.machine.cancel()
  }

  #back(): State | "start" {
    if (this.#strokes.length === 0) return "start"
    this.#strokes = this.#strokes.slice(0, -1)
    this.#look()
    return this.state
  }

  #show(): void {
    const geometry = maskGeometry(this.#spans)
    this.#workspace.assistance.gesture = {
      words: geometry
        ? "Strokes add, Shift + strokes take off; N accepts."
        : "Nothing stands out: a stroke on the thing says what is meant.",
      canAccept: geometry !== null,
      canTakeOff: true,
    }
    const dots = [...this.#strokes, ...(this.#stroke ? [this.#stroke] : [])].map(({ path }) => path[0] as XY)
    const frame = this.#box
    this.#workspace.sketch(geometry ? { fresh: { kind: "mask", geometry }, dots, frame } : { dots, frame })
  }
}
