/** Regions by clicks: each adds what hangs together with it in colour, dragging on makes it more or less, Shift takes off. */

import { CLICK_STRAY, type PointerState, type State, type Tool } from "#editor/tool.ts"
import type { Box } from "#geometry/box.ts"
import { intersection } from "#geometry/box.ts"
import { distance } from "#geometry/point.ts"
import type { Spans } from "#geometry/spans.ts"
import type { RegionClick } from "../../assist/methods/jobs.ts"
import { drawSpans } from "../../assist/results.ts"
import { maskGeometry } from "../../kinds/mask.ts"
import type { Workspace } from "../../workspace.ts"
import { type Helped, isRemoving, ready } from "./ready.ts"

const KINDS = ["mask", "polygon"] as const
const HOW = "Click what belongs to it; hold and drag right for more, left for less. Shift takes off; N accepts."
/** CIELAB units. */
const TOLERANCE = 12
/** Dragging so far, CSS pixels, makes the tolerance e times as large. */
const DRAG = 90

export function regionTool(workspace: Workspace): Tool {
  const helped: Helped = { workspace, kinds: KINDS, howTo: HOW }
  return {
    id: "region",
    title: "Region by click",
    kinds: KINDS,
    start: ready(helped, (_kind, at) => new Choosing(workspace, at).state),
  }
}

class Choosing {
  readonly state: State
  readonly #workspace: Workspace
  /** What was in view when it began: its patches stay the same, however one zooms on. */
  readonly #view: Box
  #clicks: readonly RegionClick[] = []
  #pressed: PointerState | null = null
  #spans: Spans = new Int32Array(0)
  #isLeft = false
  #isDone = false

  constructor(workspace: Workspace, first: PointerState) {
    this.#workspace = workspace
    const { width, height } = workspace.image
    const all = { x: 0, y: 0, w: width, h: height }
    this.#view = intersection(workspace.visible, all) ?? all
    this.state = {
      name: "choosing",
      enter: (host) => {
        host.cursor("crosshair")
        this.#press(first)
      },
      pointerDown: (_host, pointer) => this.#press(pointer),
      pointerMove: (_host, pointer) => this.#widen(pointer),
      pointerUp: () => {
        this.#pressed = null
      },
      finish: () => this.#accept(),
      back: () => this.#back(),
      interrupt: () => this.#unpress(),
      cancel: (host) => {
        if (!this.#isDone) host.say("Called off.")
        return "start"
      },
      leave: (host) => {
        this.#isLeft = true
        workspace.assistance.callOff("region")
        workspace.assistance.gesture = null
        host.sketch(null)
      },
    }
  }

  #press(pointer: PointerState): void {
    this.#pressed = pointer
    this.#clicks = [
      ...this.#clicks,
      { at: pointer.at, tolerance: TOLERANCE, isRemoving: isRemoving(this.#workspace, pointer) },
    ]
    this.#look(false)
  }

  /** The press was the beginning of another gesture: what it would add or take off is none of this one. */
  #unpress(): State | "start" {
    if (!this.#pressed) return this.state
    this.#pressed = null
    return this.#back()
  }

  #widen(pointer: PointerState): void {
    const pressed = this.#pressed
    const click = this.#clicks[this.#clicks.length - 1]
    if (!pressed || !click || distance(pressed.screen, pointer.screen) < CLICK_STRAY) return
    const tolerance = TOLERANCE * Math.exp((pointer.screen[0] - pressed.screen[0]) / DRAG)
    this.#clicks = [...this.#clicks.slice(0, -1), { ...click, tolerance }]
    this.#look(false)
  }

  #look(isFinal: boolean): void {
    const { assistance, session } = this.#workspace
    const source = assistance.sources[session.asset]
    if (!source) {
      this.#workspace.say("There is no image to look at.", true)
      return
    }
    assistance.gesture = { words: "Looking …", canAccept: false, canTakeOff: true }
    this.#workspace.topics.tell("live")
    assistance.ask(
      { sort: "region", image: source.url, view: this.#view, clicks: this.#clicks, isFinal },
      [source],
      ({ spans }) => {
        if (this.#isLeft) return
        this.#spans = spans
        this.#show()
        if (isFinal && drawSpans(this.#workspace, spans, { made: { by: "region" } })) this.#end()
      },
      (problem) => this.#workspace.say(problem, true),
    )
  }

  #accept(): void {
    if (this.#spans.length === 0 && !this.#workspace.assistance.isAsking)
      this.#workspace.say("Click what belongs to it first.", true)
    else this.#look(true)
  }

  #end(): void {
    this.#isDone = true
    this.#workspace.machine.cancel()
  }

  #back(): State | "start" {
    this.#clicks = this.#clicks.slice(0, -1)
    if (this.#clicks.length === 0) return "start"
    this.#look(false)
    return this.state
  }

  #show(): void {
    const geometry = maskGeometry(this.#spans)
    this.#workspace.assistance.gesture = {
      words: "Click to add, Shift + click to take off, drag for more or less; N accepts.",
      canAccept: geometry !== null,
      canTakeOff: true,
    }
    const dots = this.#clicks.map(({ at }) => at)
    this.#workspace.sketch(geometry ? { fresh: { kind: "mask", geometry }, dots } : { dots })
  }
}
