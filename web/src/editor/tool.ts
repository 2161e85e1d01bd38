/**
 * A tool is a small state machine. A state handles the few events it knows and names its successor; what it does not
 * handle leaves it where it is. States hold no canvas and no store: all they can do is in `ToolHost`.
 */

import type { Box, Size } from "#geometry/box.ts"
import type { Path } from "#geometry/path.ts"
import type { ImagePoint, ScreenPoint } from "#geometry/point.ts"
import type { Spans } from "#geometry/spans.ts"
import type { Geometry, Mark } from "./annotation.ts"
import type { Handle, PulledSides } from "./kind.ts"
import type { Joints } from "./ontology.ts"

export interface PointerState {
  readonly at: ImagePoint
  readonly screen: ScreenPoint
  /** So many image pixels count as touching: a finger needs more than a mouse. */
  readonly reach: number
  /** Image pixels per pixel of the screen. */
  readonly pixel: number
  readonly shift: boolean
  /** Ctrl, or Command on a Mac. */
  readonly ctrl: boolean
  readonly alt: boolean
  /** Keys mean a place to the pixel; they hold Alt, which says nothing more. */
  readonly byKeys?: boolean
}

/** What of a box may go to a neighbour by itself, and how near it has to be. */
export interface Sides extends Pick<PointerState, "reach" | "pixel" | "alt"> {
  /** Of "nesw". */
  readonly sides: string
  /** Whether it is the selection that moves, or something that is being drawn. */
  readonly moves: "selection" | "nothing"
}

/** What is drawn over the document while a gesture is under way. Nothing of it is in the store. */
export interface Sketch {
  /** A new geometry of an existing mark. */
  readonly changed?: { readonly id: string; readonly geometry: Geometry }
  /** How far the selection is moved, image pixels; one number pair however many marks that is. */
  readonly shift?: readonly [dx: number, dy: number]
  /** A mark being drawn. */
  readonly fresh?: { readonly kind: string; readonly geometry: Geometry }
  /** The points of it that stand. */
  readonly dots?: readonly (readonly [x: number, y: number])[]
  /** A relation being drawn. */
  readonly arrow?: { readonly from: ImagePoint; readonly to: ImagePoint }
  /** A word at a place. */
  readonly caption?: { readonly text: string; readonly at: ImagePoint }
  /** The frame of a selection being dragged open. */
  readonly frame?: Box
  /** What a ruler lies between. */
  readonly measure?: { readonly from: readonly [x: number, y: number]; readonly to: readonly [x: number, y: number] }
  /** Pixels being painted or erased. */
  readonly stroke?: { readonly spans: Spans; readonly isErasing: boolean }
  /** What is offered and not in the document yet; `offered` is the one that keys act on. */
  readonly offers?: readonly Offer[]
  readonly offered?: number
}

/** An outline that may be taken or refused. */
export interface Offer {
  /** The mark as it would be; one with the id of a mark that is there takes its place. */
  readonly mark: Mark
  /** How sure it is, 0 to 1; null where nothing says. */
  readonly confidence: number | null
  readonly isTaken: boolean
}

/** Paints pixels. A stroke is one step; nothing of it is in the store before it is committed. */
export interface Painter {
  /**
   * Takes up a stroke; false, and says why, where nothing can be painted. `takes`: also what other marks cover, where no
   * two may share a pixel.
   */
  begin(isErasing: boolean, takes: boolean): boolean
  /** The round brush goes from one place to another. */
  brush(from: ImagePoint, to: ImagePoint): void
  /** The stroke is what a path encloses, and nothing else. */
  enclose(path: Path): void
  /** The stroke is these pixels, and nothing else. */
  cover(spans: Spans): void
  commit(): void
  discard(): void
  /** Fills what is enclosed and free at a place. */
  pour(at: ImagePoint, takes: boolean): void
  /** The next stroke begins a mark of its own. */
  renew(): void
}

/** Joins marks by relations. */
export interface Linking {
  /** The mark that a relation has been taken up at, or null. */
  readonly begun: string | null
  /** Takes up a relation that begins at a mark; false, and says why, where none can. */
  begin(id: string): boolean
  /** Makes the relation, asks which one it is, or says why there is none. */
  join(from: string, to: string): void
  end(): void
  middleOf(id: string): ImagePoint | null
}

export interface Grip {
  readonly mark: Mark
  readonly handle: Handle
}

export interface ToolHost {
  /** The skeleton of the class in hand, or of the mark that is being redrawn; null if it has none. */
  readonly joints: Joints | null
  readonly image: Size
  readonly selection: ReadonlySet<string>
  /** Whether dragging on nothing opens a frame or moves the view. */
  readonly dragOnNothing: "frame" | "pan"
  /** The mark that `at` means; `beneath` names one to look under. Hidden and locked marks are passed over. */
  pick(at: ImagePoint, reach: number, beneath?: string): string | null
  /** A handle of the one selected mark; with `anywhere` one for a further point on any of its edges too. */
  handleUnder(at: ImagePoint, reach: number, anywhere?: boolean): Grip | null
  /** `at`, or the place near it on another mark or on the image's border that is meant to be shared. */
  snapped(at: ImagePoint, reach: number, except?: string): ImagePoint
  /** How far a box is to go so that its sides lie along neighbours, in line with them, or on the image's border. */
  aligned(box: Box, sides: Sides): readonly [dx: number, dy: number]
  /** What of a mark a handle pulls, if that is sides of an upright box; null if it is not. */
  sidesOf(mark: Mark, handle: string, at: ImagePoint): PulledSides | null
  /** Takes out the point that a grip stands for; false if it stands for none. */
  removePoint(grip: Grip): boolean
  /** The marks that lie in the box, wholly or (`touching`) at least in part. */
  marksIn(box: Box, touching: boolean): string[]
  select(ids: Iterable<string>): void
  /** The box around the selected marks that may be changed; null if there are none. */
  selectionBounds(): Box | null
  moveSelection(dx: number, dy: number): void
  reshaped(mark: Mark, handle: string, to: ImagePoint, keepAspect: boolean): Geometry
  sketch(sketch: Sketch | null): void
  hover(id: string | null): void
  cursor(cursor: string): void
  panBy(dx: number, dy: number): void
  /** Gives a mark a new geometry. */
  reshape(id: string, geometry: Geometry): void
  /** Why nothing of this kind can be drawn now, or null. */
  refusalToDraw(kind: string): string | null
  /** Adds a mark, or gives the mark that is being redrawn its new geometry, unless it is too small. */
  draw(kind: string, geometry: Geometry): void
  say(text: string, urgent?: boolean): void
  readonly painter: Painter
  readonly links: Linking
  /** The relation whose line lies at a place, or null. */
  linkUnder(at: ImagePoint, reach: number): string | null
  /** Points a relation out, and selects what it joins. */
  selectLink(id: string): void
}

/** A press that strays less than this, in screen pixels, is a click. */
export const CLICK_STRAY = 4

/** The successor of a state: another, the first one of the tool ("start"), or, by returning nothing, itself. */
// biome-ignore lint/suspicious/noConfusingVoidType: a handler that names no successor returns nothing at all
export type Next = State | "start" | void

export interface State {
  readonly name: string
  enter?(host: ToolHost): void
  leave?(host: ToolHost): void
  pointerDown?(host: ToolHost, pointer: PointerState): Next
  pointerMove?(host: ToolHost, pointer: PointerState): Next
  pointerUp?(host: ToolHost, pointer: PointerState): Next
  /** The pointer has left the view. */
  pointerOut?(host: ToolHost): Next
  /** One step back: the right button, Backspace, Undo. */
  back?(host: ToolHost): Next
  /** The right button, where it is no step back. */
  secondary?(host: ToolHost, pointer: PointerState): Next
  /** What comes next is left out. */
  skip?(host: ToolHost): Next
  /** What is drawn so far is all of it. */
  finish?(host: ToolHost): Next
  /** A second finger lands: the first was the beginning of another gesture. As `cancel`, unless handled. */
  interrupt?(host: ToolHost): Next
  /** Escape. */
  cancel?(host: ToolHost): Next
}

/** A tool is on from when it is chosen until another is; `cancel` returns to its first state. */
export interface Tool {
  readonly id: string
  readonly title: string
  readonly start: State
  /** The kinds of mark that it can draw; absent: the one that it has the id of, if any. */
  readonly kinds?: readonly string[]
}

export class ToolMachine {
  readonly #host: ToolHost
  #tool: Tool
  #state: State

  constructor(host: ToolHost, tool: Tool) {
    this.#host = host
    this.#tool = tool
    this.#state = tool.start
    this.#state.enter?.(host)
  }

  get tool(): Tool {
    return this.#tool
  }

  get state(): string {
    return this.#state.name
  }

  /** True while a gesture is under way, so that Escape has something to call off. */
  get isBusy(): boolean {
    return this.#state !== this.#tool.start
  }

  choose(tool: Tool): void {
    this.cancel()
    this.#tool = tool
    this.#enter("start")
  }

  /** Enters a state that no pointer leads to: what a command has begun. */
  begin(state: State): void {
    this.cancel()
    this.#enter(state)
  }

  pointerDown(pointer: PointerState): void {
    this.#enter(this.#state.pointerDown?.(this.#host, pointer))
  }

  pointerMove(pointer: PointerState): void {
    this.#enter(this.#state.pointerMove?.(this.#host, pointer))
  }

  pointerUp(pointer: PointerState): void {
    this.#enter(this.#state.pointerUp?.(this.#host, pointer))
  }

  pointerOut(): void {
    this.#enter(this.#state.pointerOut?.(this.#host))
  }

  /** One step back in what is under way; false if it has none. */
  back(): boolean {
    if (!this.isBusy || !this.#state.back) return false
    this.#enter(this.#state.back(this.#host))
    return true
  }

  /** The right button at a place; false if it is a step back. */
  secondary(pointer: PointerState): boolean {
    if (!this.#state.secondary) return false
    this.#enter(this.#state.secondary(this.#host, pointer))
    return true
  }

  /** Leaves out what comes next; false if nothing does. */
  skip(): boolean {
    if (!this.#state.skip) return false
    this.#enter(this.#state.skip(this.#host))
    return true
  }

  /** Ends what is under way as it is; false if it has no such end. */
  finish(): boolean {
    if (!this.#state.finish) return false
    this.#enter(this.#state.finish(this.#host))
    return true
  }

  interrupt(): void {
    if (this.#state.interrupt) this.#enter(this.#state.interrupt(this.#host))
    else this.cancel()
  }

  /** Calls off what is under way; false if nothing was. */
  cancel(): boolean {
    if (!this.isBusy) return false
    this.#enter(this.#state.cancel?.(this.#host) ?? "start")
    return true
  }

  #enter(next: Next): void {
    const state = next === "start" ? this.#tool.start : next
    if (!state || state === this.#state) return
    this.#state.leave?.(this.#host)
    this.#state = state
    state.enter?.(this.#host)
  }
}
