/** Asking a model: clicks on the thing and, with Shift, beside it, or a box around it; its surest mask is shown, and taken. */

import { asPortError, type ModelChoice, type ModelMask, type ModelQuestion } from "#editor/port.ts"
import { CLICK_STRAY, type PointerState, type State, type Tool } from "#editor/tool.ts"
import { boxBetween } from "#geometry/box.ts"
import { spansOf } from "#geometry/mask.ts"
import { within, type XY } from "#geometry/path.ts"
import { distance, imagePoint } from "#geometry/point.ts"
import { drawSpans } from "../../assist/results.ts"
import { maskGeometry } from "../../kinds/mask.ts"
import type { Workspace } from "../../workspace.ts"
import { type Helped, isRemoving, ready } from "./ready.ts"

const KINDS = ["mask", "polygon"] as const
const HOW = "Click on the thing, or drag a box around it; Shift + click says what is not of it. N accepts."
/** What the id of each tool begins with; the model's follows. */
export const MODEL_TOOL = "model:"

export function modelTool(workspace: Workspace, model: ModelChoice): Tool {
  const helped: Helped = { workspace, kinds: KINDS, howTo: HOW }
  return {
    id: `${MODEL_TOOL}${model.id}`,
    title: `Ask a model: ${model.title}`,
    kinds: KINDS,
    start: ready(helped, (_kind, at) => new Asking(workspace, model, at).state),
  }
}

class Asking {
  readonly state: State
  readonly #workspace: Workspace
  readonly #model: ModelChoice
  #points: ModelQuestion["points"] = []
  #box: ModelQuestion["box"] = null
  #pressed: PointerState | null
  #mask: ModelMask | null = null
  /** Which one of its name the model is that gave the mask. */
  #version = ""
  /** The number of the last question: earlier ones are overtaken. */
  #asked = 0
  #isWaiting = false
  /** Accepted before the answer was there. */
  #isWanted = false
  #isLeft = false
  #isDone = false

  constructor(workspace: Workspace, model: ModelChoice, first: PointerState) {
    this.#workspace = workspace
    this.#model = model
    this.#pressed = first
    this.state = {
      name: "asking",
      enter: (host) => host.cursor("crosshair"),
      pointerDown: (_host, pointer) => {
        this.#pressed = pointer
      },
      pointerMove: (_host, pointer) => this.#frame(pointer),
      pointerUp: (_host, pointer) => this.#point(pointer),
      finish: () => this.#accept(),
      back: () => this.#back(),
      interrupt: () => this.#unpress(),
      cancel: (host) => {
        if (!this.#isDone) host.say("Called off.")
        return "start"
      },
      leave: (host) => {
        this.#isLeft = true
        workspace.assistance.gesture = null
        host.sketch(null)
      },
    }
  }

  #corners(pointer: PointerState): ReturnType<typeof boxBetween> | null {
    if (!this.#pressed || distance(this.#pressed.screen, pointer.screen) < CLICK_STRAY) return null
    const [from, to] = [this.#pressed.at, pointer.at].map((at) => within([at[0], at[1]], this.#workspace.image)) as [
      XY,
      XY,
    ]
    return boxBetween(imagePoint(from[0], from[1]), imagePoint(to[0], to[1]))
  }

  #frame(pointer: PointerState): void {
    const box = this.#corners(pointer)
    if (box) this.#workspace.sketch({ ...this.#workspace.sketched, frame: box })
  }

  /** The press was the beginning of another gesture: it says nothing to the model. */
  #unpress(): State | "start" {
    this.#pressed = null
    if (this.#points.length === 0 && this.#box === null) return "start"
    if (!this.#isWaiting) this.#show()
    return this.state
  }

  #point(pointer: PointerState): void {
    if (!this.#pressed) return
    const box = this.#corners(pointer)
    if (box) this.#box = [box.x, box.y, box.x + box.w, box.y + box.h]
    else {
      const [x, y] = within([pointer.at[0], pointer.at[1]], this.#workspace.image)
      this.#points = [...this.#points, { x, y, on: !isRemoving(this.#workspace, this.#pressed) }]
    }
    this.#pressed = null
    void this.#ask()
  }

  async #ask(): Promise<void> {
    const { work, session, assistance } = this.#workspace
    const asked = ++this.#asked
    this.#isWaiting = true
    assistance.gesture = { words: `${this.#model.title} looks …`, canAccept: false, canTakeOff: true }
    this.#workspace.topics.tell("live")
    try {
      const question = { model: this.#model.id, asset: session.asset, points: this.#points, box: this.#box }
      const answer = await work?.askModel(question)
      if (asked !== this.#asked || this.#isLeft) return
      this.#mask = answer?.masks[0] ?? null
      this.#version = answer?.version ?? ""
      this.#isWaiting = false
      this.#show()
      if (this.#isWanted) this.#accept()
    } catch (error) {
      if (asked !== this.#asked || this.#isLeft) return
      this.#isWaiting = false
      this.#show()
      this.#workspace.say(asPortError(error).message, true)
    }
  }

  #accept(): void {
    this.#isWanted = this.#isWaiting
    if (this.#isWaiting) return
    const mask = this.#mask
    if (!mask) {
      this.#workspace.say("There is nothing to accept yet.", true)
      return
    }
    const which = this.#version === "" ? {} : { version: this.#version }
    const made = { by: "model", model: this.#model.id, ...which }
    if (!drawSpans(this.#workspace, spansOf(mask), { made, source: "prediction", score: mask.score })) return
    this.#isDone = true
    this.#workspace.machine.cancel()
  }

  #back(): State | "start" {
    if (this.#points.length > 0) this.#points = this.#points.slice(0, -1)
    else this.#box = null
    if (this.#points.length === 0 && this.#box === null) return "start"
    void this.#ask()
    return this.state
  }

  #show(): void {
    const geometry = this.#mask && maskGeometry(spansOf(this.#mask))
    this.#workspace.assistance.gesture = {
      words: this.#mask
        ? `${Math.round(100 * this.#mask.score)} % sure. Click to add, Shift + click for what is not of it; N accepts.`
        : "The model sees nothing there: click elsewhere, or drag a box.",
      canAccept: geometry !== null,
      canTakeOff: true,
    }
    const dots = this.#points.map(({ x, y }): XY => [x, y])
    const [left, top, right, bottom] = this.#box ?? [0, 0, 0, 0]
    const framed = this.#box ? { frame: { x: left, y: top, w: right - left, h: bottom - top } } : {}
    this.#workspace.sketch({ ...(geometry ? { fresh: { kind: "mask", geometry } } : {}), ...framed, dots })
  }
}
