/**
 * Mouse, pen and fingers become what tools understand.
 *
 * One finger or the left button works with the tool; two fingers, the middle button or Space with the left button move
 * the view, also in the middle of a gesture. The wheel zooms at the pointer. Where a pen is at work, fingers move the view.
 * A finger held in one place is a right click; in the select tool it adds to the selection.
 */

import { toggled } from "#editor/session.ts"
import type { PointerState } from "#editor/tool.ts"
import { clamp, distance, imagePoint, type ScreenPoint, screenPoint } from "#geometry/point.ts"
import { toImage } from "#geometry/viewport.ts"
import type { LightDrag } from "./lightDrag.ts"
import type { Workspace } from "./workspace.ts"

/** CSS pixels that count as touching a border or a handle. */
const REACH = { mouse: 6, pen: 9, touch: 20 }
/** A palm that lands while a pen is in use is not a finger. */
const PALM_MS = 800
/** So long after a pen was last seen, one finger moves the view and draws nothing. */
const PEN_MS = 60_000
/** A finger that is held so long, straying less than this many CSS pixels, is a right click. */
const HELD_MS = 500
const HELD_STRAY = 8
/** A gesture that comes this near to the border of the view, CSS pixels, or leaves it, takes the view along. */
const BORDER = 4
const TAKEN_ALONG_MAX = 24
const WHEEL_LINE = 16
const WHEEL_PAGE = 400
/** A notch of the wheel makes the brush so much wider. */
const WIDER = 1.15

export class PointerInput {
  readonly #element: HTMLElement
  readonly #workspace: Workspace
  readonly #light: LightDrag
  readonly #stop = new AbortController()
  readonly #fingers = new Map<number, ScreenPoint>()
  #panFrom: ScreenPoint | null = null
  #tool: number | null = null
  #last: PointerState | null = null
  #penAt = Number.NEGATIVE_INFINITY
  #isSpaceDown = false
  #takingAlong = 0
  /** The pointer that changes the light, and where it went down, CSS pixels of the window. */
  #lighting: { readonly id: number; readonly x: number; readonly y: number } | null = null
  #held: { readonly timer: number; readonly from: ScreenPoint } | null = null

  constructor(element: HTMLElement, workspace: Workspace, light: LightDrag) {
    this.#element = element
    this.#light = light
    this.#workspace = workspace
    const { signal } = this.#stop
    element.addEventListener("pointerdown", (event) => this.#down(event), { signal })
    element.addEventListener("pointermove", (event) => this.#move(event), { signal })
    element.addEventListener("pointerup", (event) => this.#up(event), { signal })
    element.addEventListener("pointercancel", (event) => this.#lost(event), { signal })
    element.addEventListener("pointerleave", () => this.#leave(), { signal })
    element.addEventListener("wheel", (event) => this.#wheel(event), { signal, passive: false })
    element.addEventListener("dblclick", (event) => this.#doubleClick(event), { signal })
    element.addEventListener("contextmenu", (event) => event.preventDefault(), { signal })
  }

  destroy(): void {
    this.#stop.abort()
    cancelAnimationFrame(this.#takingAlong)
    this.#letGo()
  }

  /** While Space is down the left button moves the view. */
  set isSpaceDown(isDown: boolean) {
    if (isDown === this.#isSpaceDown) return
    this.#isSpaceDown = isDown
    this.#element.classList.toggle("panning", isDown || this.#panFrom !== null)
  }

  #down(event: PointerEvent): void {
    this.#element.focus({ preventScroll: true })
    const draws = event.button === 0 && !this.#isSpaceDown
    if (this.#fingers.size === 0 && !this.#take(event) && draws) {
      this.#workspace.say("Finish what is under way in the other image, or call it off with Escape.", true)
      return
    }
    const at = this.#at(event)
    const { machine } = this.#workspace
    if (event.pointerType === "pen") this.#penAt = event.timeStamp
    if (event.pointerType === "touch") {
      this.#fingers.set(event.pointerId, at)
      if (this.#fingers.size === 2) {
        // The first finger was the beginning of this pinch, not of a gesture with the tool.
        machine.interrupt()
        this.#tool = null
        this.#panFrom = null
        this.#letGo()
        return
      }
      if (this.#fingers.size > 2 || event.timeStamp - this.#penAt < PALM_MS) return
    }
    this.#workspace.setCoarse(event.pointerType === "touch")
    this.#element.setPointerCapture(event.pointerId)
    const isBesidePen = event.pointerType === "touch" && event.timeStamp - this.#penAt < PEN_MS
    if (event.button === 1 || (event.button === 0 && (this.#isSpaceDown || isBesidePen))) {
      event.preventDefault()
      this.#panFrom = at
      this.#element.classList.add("panning")
    } else if (event.button === 0 && this.#workspace.isLighting) {
      this.#lighting = { id: event.pointerId, x: event.clientX, y: event.clientY }
      this.#light.begin()
    } else if (event.button === 2) {
      if (!machine.secondary(this.#state(event, at))) machine.back()
    } else if (event.button === 0) {
      this.#tool = event.pointerId
      if (event.pointerType === "touch") this.#hold(this.#state(event, at))
      machine.pointerDown(this.#state(event, at))
    }
  }

  /** Waits whether the finger stays where it is. */
  #hold(pointer: PointerState): void {
    const { machine, session, tool } = this.#workspace
    const before = session.selection
    const timer = window.setTimeout(() => {
      this.#held = null
      this.#tool = null
      // The press was the beginning of nothing.
      machine.interrupt()
      if (tool.id === "select") {
        const id = this.#workspace.pick(pointer.at, pointer.reach)
        session.select(id === null ? before : toggled(before, [id]))
        session.say(`${session.selection.size} selected.`)
      } else if (!machine.secondary(pointer)) machine.back()
    }, HELD_MS)
    this.#held = { timer, from: pointer.screen }
  }

  #letGo(): void {
    if (this.#held) window.clearTimeout(this.#held.timer)
    this.#held = null
  }

  #move(event: PointerEvent): void {
    if (this.#lighting?.id === event.pointerId) {
      this.#light.to(event.clientX - this.#lighting.x, event.clientY - this.#lighting.y)
      return
    }
    if (event.buttons === 0 && this.#tool === null && this.#panFrom === null) this.#take(event)
    const at = this.#at(event)
    if (event.pointerType === "pen") this.#penAt = event.timeStamp
    if (this.#fingers.has(event.pointerId) && this.#fingers.size >= 2) {
      this.#pinch(event.pointerId, at)
      return
    }
    if (this.#fingers.has(event.pointerId)) this.#fingers.set(event.pointerId, at)
    if (this.#held && distance(this.#held.from, at) > HELD_STRAY) this.#letGo()
    if (this.#panFrom) {
      this.#workspace.panBy(at[0] - this.#panFrom[0], at[1] - this.#panFrom[1])
      this.#panFrom = at
    }
    if (event.pointerType === "touch" && event.pointerId !== this.#tool) return
    const state = this.#state(event, at)
    this.#last = state
    this.#workspace.point(state.at)
    if (this.#panFrom === null) this.#workspace.machine.pointerMove(state)
    if (this.#takingAlong === 0) this.#takeAlong()
  }

  /** Moves the view frame by frame while a gesture is held beyond its border. */
  #takeAlong(): void {
    this.#takingAlong = 0
    const { machine, pane } = this.#workspace
    if (this.#tool === null || this.#panFrom !== null || !machine.isBusy || machine.state === "panning" || !this.#last)
      return
    const beyond = (at: number, length: number) =>
      clamp((Math.max(0, BORDER - at) - Math.max(0, at - length + BORDER)) / 2, -TAKEN_ALONG_MAX, TAKEN_ALONG_MAX)
    const [x, y] = this.#workspace.inPane(this.#last.screen)
    const dx = beyond(x, pane.width)
    const dy = beyond(y, pane.height)
    if (dx === 0 && dy === 0) return
    this.#workspace.panBy(...this.#workspace.wayOnTable(dx, dy))
    this.#again()
    this.#takingAlong = requestAnimationFrame(() => this.#takeAlong())
  }

  #up(event: PointerEvent): void {
    this.#letGo()
    this.#endLighting(event)
    this.#fingers.delete(event.pointerId)
    if (this.#panFrom) {
      this.#panFrom = null
      this.#element.classList.toggle("panning", this.#isSpaceDown)
    }
    if (event.pointerId !== this.#tool) return
    this.#tool = null
    this.#workspace.machine.pointerUp(this.#state(event, this.#at(event)))
    if (event.pointerType === "touch") this.#workspace.point(null)
  }

  #lost(event: PointerEvent): void {
    this.#letGo()
    this.#endLighting(event)
    this.#fingers.delete(event.pointerId)
    this.#panFrom = null
    this.#element.classList.toggle("panning", this.#isSpaceDown)
    if (event.pointerId !== this.#tool) return
    this.#tool = null
    this.#workspace.machine.cancel()
  }

  #endLighting(event: PointerEvent): void {
    if (this.#lighting?.id !== event.pointerId) return
    this.#lighting = null
    this.#workspace.say(this.#light.end())
  }

  #leave(): void {
    if (this.#tool !== null) return
    this.#workspace.machine.pointerOut()
    this.#workspace.point(null)
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault()
    this.#take(event)
    const unit = event.deltaMode === 1 ? WHEEL_LINE : event.deltaMode === 2 ? WHEEL_PAGE : 1
    if (event.altKey && this.#workspace.painter.isInHand) {
      // Some browsers turn the wheel sideways while Alt is held.
      this.#workspace.painter.resize((event.deltaY || event.deltaX) < 0 ? WIDER : 1 / WIDER)
    } else if (event.shiftKey && !event.ctrlKey) {
      this.#workspace.panBy(...this.#workspace.wayOnTable(-(event.deltaX + event.deltaY) * unit, 0))
    } else {
      // Browsers tell a pinch on a touch pad as a wheel with Ctrl, in much smaller steps.
      const rate = event.ctrlKey ? 0.01 : 0.0015
      this.#workspace.zoomAt(this.#at(event), Math.exp(-(event.deltaY + event.deltaX) * unit * rate))
    }
    this.#again()
  }

  #doubleClick(event: MouseEvent): void {
    const workspace = this.#workspace
    if (workspace.tool.id !== "select") return
    const { at, reach } = this.#state(event, this.#at(event))
    const grip = workspace.handleUnder(at, reach)
    // For fingers, which hold no Alt.
    if (grip && workspace.removePoint(grip)) return
    const id = workspace.pick(at, reach)
    const mark = id === null ? undefined : workspace.session.mark(id)
    if (mark) workspace.lookAt([mark])
    else workspace.fit()
  }

  /** The view has moved under a resting pointer: the gesture under way must follow. */
  #again(): void {
    const last = this.#last
    if (!last) return
    const workspace = this.#workspace
    const pixel = 1 / workspace.view.scale
    const state = { ...last, at: toImage(workspace.view, last.screen), reach: this.#reach("mouse"), pixel }
    this.#last = state
    workspace.point(state.at)
    workspace.machine.pointerMove(state)
  }

  /** Two fingers: the image points under them stay under them. */
  #pinch(id: number, at: ScreenPoint): void {
    const others = [...this.#fingers].filter(([each]) => each !== id)
    const before = this.#fingers.get(id) as ScreenPoint
    const other = others[0]?.[1] as ScreenPoint
    this.#fingers.set(id, at)
    const spread = (a: ScreenPoint, b: ScreenPoint) => Math.max(1, Math.hypot(a[0] - b[0], a[1] - b[1]))
    const middle = screenPoint((at[0] + other[0]) / 2, (at[1] + other[1]) / 2)
    this.#workspace.panBy((at[0] - before[0]) / 2, (at[1] - before[1]) / 2)
    this.#workspace.zoomAt(middle, spread(at, other) / spread(before, other))
  }

  /** Takes the view under the pointer in hand; false where something is under way in another. */
  #take(event: MouseEvent): boolean {
    if (this.#workspace.views.shown.length === 1) return true
    const { left, top } = this.#element.getBoundingClientRect()
    return this.#workspace.takeAt(event.clientX - left, event.clientY - top)
  }

  #at(event: MouseEvent): ScreenPoint {
    const { left, top } = this.#element.getBoundingClientRect()
    const { place } = this.#workspace.inHand
    return this.#workspace.onTable(screenPoint(event.clientX - left - place.x, event.clientY - top - place.y))
  }

  #reach(pointerType: string): number {
    return (REACH[pointerType as keyof typeof REACH] ?? REACH.mouse) / this.#workspace.view.scale
  }

  #state(event: MouseEvent, screen: ScreenPoint): PointerState {
    const [x, y] = toImage(this.#workspace.view, screen)
    return {
      at: imagePoint(x, y),
      screen,
      reach: this.#reach(event instanceof PointerEvent ? event.pointerType : "mouse"),
      pixel: 1 / this.#workspace.view.scale,
      shift: event.shiftKey,
      ctrl: event.ctrlKey || event.metaKey,
      alt: event.altKey,
    }
  }
}
