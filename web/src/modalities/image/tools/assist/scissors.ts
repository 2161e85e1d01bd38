/**
 * The scissors: between clicks the line follows the edges of the image. Clicks come faster than answers, so they wait in
 * a row and are carried out one after another.
 */

import { CLICK_STRAY, type PointerState, type State, type Tool } from "#editor/tool.ts"
import { type Path, within, type XY } from "#geometry/path.ts"
import { drawPath } from "../../assist/results.ts"
import type { Workspace } from "../../workspace.ts"
import { type Helped, ready } from "./ready.ts"

const KINDS = ["polygon", "polyline", "mask"] as const
const HOW =
  "Click along an edge: the line follows it. Alt: no snapping; Ctrl: a straight line; N ends it, Esc calls it off."
/** So near, in reaches of the pointer, an end is drawn to an edge. */
const SNAP = 0.8

interface Click {
  readonly to: XY
  /** Image pixels within which it goes to an edge. */
  readonly reach: number
  readonly pixel: number
  readonly isStraight: boolean
  /** It ends the outline: `to` is the first point of a ring. */
  readonly isLast: boolean
}

export function scissorsTool(workspace: Workspace): Tool {
  const helped: Helped = { workspace, kinds: KINDS, howTo: HOW }
  const tool: Tool = {
    id: "scissors",
    title: "Scissors along edges",
    kinds: KINDS,
    start: ready(helped, (kind, at) => new Laying(workspace, kind, at).state),
  }
  return tool
}

class Laying {
  readonly state: State
  readonly #workspace: Workspace
  readonly #kind: string
  readonly #first: XY
  /** The stretches that stand: each begins at a click and goes to just before the next one's first point. */
  #stretches: readonly Path[] = []
  #last: XY
  #live: Path = []
  #clicks: readonly Click[] = []
  #pointer: PointerState
  /** The first press has been let go: what follows is not the beginning of another gesture. */
  #isBegun = false
  #isLeft = false
  #isDone = false
  /** What is being asked: the stretch of a click, the line to the pointer, or nothing. */
  #asked: "click" | "live" | null = null

  constructor(workspace: Workspace, kind: string, pointer: PointerState) {
    this.#workspace = workspace
    this.#kind = kind
    this.#first = within(pointer.at, workspace.image)
    this.#last = this.#first
    this.#pointer = pointer
    this.state = {
      name: "laying",
      enter: (host) => {
        host.cursor("crosshair")
        this.#show()
      },
      pointerMove: (_host, moved) => this.#follow(moved),
      pointerUp: (_host, up) => this.#click(up),
      finish: () => this.#finish(),
      back: () => this.#back(),
      interrupt: () => (this.#isBegun ? this.state : "start"),
      cancel: (host) => {
        if (!this.#isDone) host.say("Called off.")
        return "start"
      },
      leave: (host) => {
        this.#isLeft = true
        workspace.assistance.callOff("wire")
        workspace.assistance.gesture = null
        host.sketch(null)
      },
    }
  }

  get #isRing(): boolean {
    return this.#kind !== "polyline"
  }

  get #points(): Path {
    return [...this.#stretches.flat(), this.#last]
  }

  #closes({ at, reach, pixel }: PointerState): boolean {
    const near = Math.max(reach, CLICK_STRAY * pixel)
    return (
      this.#isRing && this.#stretches.length > 0 && Math.hypot(at[0] - this.#first[0], at[1] - this.#first[1]) <= near
    )
  }

  #follow(pointer: PointerState): void {
    this.#pointer = pointer
    if (this.#asked === null) this.#next()
  }

  #click(pointer: PointerState): void {
    this.#pointer = pointer
    const isFirst = this.#stretches.length + this.#clicks.length === 0
    const stray = Math.hypot(pointer.at[0] - this.#first[0], pointer.at[1] - this.#first[1])
    this.#isBegun = true
    // The press that began the outline is let go where it was.
    if (isFirst && stray < CLICK_STRAY * pointer.pixel) return
    this.#queue(pointer, this.#closes(pointer))
  }

  #finish(): void {
    this.#queue({ ...this.#pointer, at: this.#pointer.at }, true)
  }

  #queue(pointer: PointerState, isLast: boolean): void {
    const { alt, ctrl, reach, pixel } = pointer
    const to = isLast && this.#isRing ? this.#first : within(pointer.at, this.#workspace.image)
    const isSnapped = !alt && !isLast
    this.#clicks = [...this.#clicks, { to, reach: isSnapped ? SNAP * reach : 0, pixel, isStraight: ctrl, isLast }]
    if (this.#asked !== "click") this.#next()
  }

  /** Carries out the next click, or else shows the line to the pointer. */
  #next(): void {
    const [click] = this.#clicks
    if (click) {
      // A line is done with what stands; a ring has its way back to the first point still to go.
      if (click.isLast && !this.#isRing) this.#end()
      else this.#ask("click", click, (points) => this.#stand(click, points))
      return
    }
    const { at, alt, ctrl, reach, pixel } = this.#pointer
    const to = this.#closes(this.#pointer) ? this.#first : within(at, this.#workspace.image)
    const live = { to, reach: alt ? 0 : SNAP * reach, pixel, isStraight: ctrl, isLast: false }
    this.#ask("live", live, (points) => {
      this.#live = points
      this.#show()
      const [x, y] = within(this.#pointer.at, this.#workspace.image)
      // The pointer has gone on meanwhile.
      if (this.#clicks.length > 0 || Math.hypot(x - at[0], y - at[1]) >= pixel) this.#next()
    })
  }

  #ask(what: "click" | "live", { to, reach, pixel, isStraight }: Click, then: (points: Path) => void): void {
    if (isStraight || (to[0] === this.#last[0] && to[1] === this.#last[1])) {
      this.#asked = null
      then([this.#last, to])
      return
    }
    this.#asked = what
    const { assistance, session } = this.#workspace
    const source = assistance.sources[session.asset]
    if (!source) {
      this.#workspace.say("There is no image to look at.", true)
      return
    }
    const isFinal = what === "click"
    assistance.ask(
      { sort: "wire", image: source.url, from: this.#last, to, reach, pixel, isFinal },
      [source],
      ({ points }) => {
        this.#asked = null
        if (!this.#isLeft) then(points)
      },
      (problem) => {
        this.#asked = null
        this.#workspace.say(problem, true)
        // Without help a straight line does.
        if (!this.#isLeft && isFinal) then([this.#last, to])
      },
    )
  }

  #stand(click: Click, points: Path): void {
    this.#clicks = this.#clicks.slice(1)
    this.#stretches = [...this.#stretches, points.slice(0, -1)]
    this.#last = points[points.length - 1] as XY
    this.#live = []
    this.#show()
    if (click.isLast) this.#end()
    else this.#next()
  }

  #end(): void {
    this.#clicks = []
    const path = this.#isRing ? this.#stretches.flat() : this.#points
    if (!drawPath(this.#workspace, this.#kind, path, { made: { by: "scissors" } })) {
      // What closed the ring is taken back: it can be gone on with.
      if (this.#isRing) this.#back()
      return
    }
    this.#isDone = true
    this.#workspace.machine.cancel()
  }

  #back(): State | "start" {
    const gone = this.#stretches[this.#stretches.length - 1]
    if (!gone) return "start"
    this.#workspace.assistance.callOff("wire")
    this.#asked = null
    this.#clicks = []
    this.#stretches = this.#stretches.slice(0, -1)
    this.#last = gone[0] as XY
    this.#live = []
    this.#show()
    return this.state
  }

  #show(): void {
    const points = [...this.#stretches.flat(), ...(this.#live.length > 0 ? this.#live : [this.#last])]
    const kind = this.#isRing ? "polygon" : "polyline"
    const geometry = this.#isRing ? { parts: [[points]] } : { points }
    const dots = [...this.#stretches.map((stretch) => stretch[0] as XY), this.#last]
    this.#workspace.assistance.gesture = {
      words: this.#isRing
        ? "Click on along the edge; the first point or N closes it."
        : "Click on along the edge; N ends it.",
      canAccept: this.#stretches.length > 0,
    }
    this.#workspace.sketch({ fresh: { kind, geometry }, dots })
  }
}
