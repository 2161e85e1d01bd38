/**
 * The image editor without its looks: a session seen through a viewport, with a tool in hand. It is what tools, keys,
 * panels and tests act on; the stage draws it.
 */

import { changeGeometry, moveBy } from "#editor/actions.ts"
import type { Geometry, Mark } from "#editor/annotation.ts"
import { together } from "#editor/groups.ts"
import type { KeyMode } from "#editor/keymap.ts"
import type { PulledSides } from "#editor/kind.ts"
import type { Joints } from "#editor/ontology.ts"
import type { Session } from "#editor/session.ts"
import type { Pin, Threads } from "#editor/threads.ts"
import { type Grip, type Sides, type Sketch, type Tool, type ToolHost, ToolMachine } from "#editor/tool.ts"
import { selectTool } from "#editor/tools/table.ts"
import type { Work } from "#editor/work.ts"
import type { Box, Size } from "#geometry/box.ts"
import type { ImagePoint } from "#geometry/point.ts"
import type { Focus, Host, Opened } from "../host.ts"
import type { Difference, Review } from "../review.ts"
import type { Settings } from "../settings.ts"
import type { Reason } from "../start.ts"
import { Assistance } from "./assist/assistance.ts"
import { watchHandIn } from "./assist/lastImage.ts"
import { workerAnswerer } from "./assist/workerAnswerer.ts"
import { holdDrawable, useClass } from "./classInHand.ts"
import { clipboard } from "./clipboard.ts"
import { draw, refusalToDraw } from "./drawn.ts"
import { placedKind } from "./kinds/table.ts"
import { Linker } from "./linking.ts"
import { Painting } from "./painting.ts"
import { gripUnder, removeHeld, removePoint } from "./points.ts"
import { boundsOf, pinAt, pinHere, reveal, showDifference, showPlace } from "./sight.ts"
import { Snapping } from "./snapping.ts"
import { drawableKinds, draws, toolsFor } from "./toolbox.ts"
import { watchModels } from "./tools/assist/table.ts"
import { cutTool } from "./tools/cut/tool.ts"
import { Looking } from "./views/looking.ts"
import type { View } from "./views/view.ts"
import { Views } from "./views/views.ts"
import { Walking } from "./walking.ts"

export class Workspace extends Looking implements ToolHost, Host {
  readonly views: Views
  readonly painter = new Painting(this)
  readonly walking = new Walking(this)
  readonly linker = new Linker(this)
  readonly snapping = new Snapping(this)
  readonly assistance = new Assistance(workerAnswerer)
  tools: readonly Tool[]
  readonly #machine: ToolMachine
  readonly #stop: (() => void)[] = []
  hovered: string | null = null
  sketched: Sketch | null = null
  cursorStyle = "default"
  opened: Opened = null
  rejectReasons: readonly Reason[] = []
  /** The mark that the next drawing is about, or null: it takes its place, or `joins` it as a part or a hole. */
  redrawing: string | null = null
  joins = false
  /** The drawing tool that was in hand last; null if the project draws nothing. */
  drawnWith: Tool | null
  /** The class of what was drawn last, or null. */
  drawnClass: string | null = null
  /** The grip of the selected mark that keys act on, or null. */
  activePoint: string | null = null
  /** Where the panel shall put the focus; a new object each time it is asked for. */
  wanted: { readonly focus: Focus; readonly field: string | null } | null = null

  constructor(
    readonly session: Session,
    readonly settings: Settings,
    /** Null for a viewer. */
    readonly work: Work | null,
    /** Null unless reviewing. */
    readonly review: Review | null,
    readonly threads: Threads | null = null,
  ) {
    super()
    this.tools = toolsFor(this)
    const first = session.mode === "label" ? (this.tools[1] as Tool) : selectTool
    this.drawnWith = session.mode === "view" ? null : (drawableKinds(session)[0]?.tool ?? null)
    session.selectsAcross = false
    this.views = new Views(session, settings, (topic) => this.topics.tell(topic))
    this.#machine = new ToolMachine(this, first)
    this.#stop.push(
      session.store.subscribe((diff) => {
        for (const { before, after } of diff.values()) this.views.follow(before, after)
      }),
      session.topics.on("view", () => this.#viewChanged()),
      session.topics.on("selection", () => this.markPoint(null)),
      this.walking.watch(),
      this.linker.watch(),
      watchHandIn(this),
      watchModels(this),
    )
  }

  destroy(): void {
    for (const stop of this.#stop) stop()
    this.views.destroy()
  }

  // --- what is on screen

  get inHand(): View {
    return this.views.inHand
  }

  /** Gives the stage `size` CSS pixels at `density` device pixels each. */
  resize(size: Size, density: number): void {
    this.views.resize(size, density)
  }

  /**
   * Takes in hand the view at a place of the stage, CSS pixels; what is selected stays so. False where that has to wait:
   * something is under way in another.
   */
  takeAt(x: number, y: number): boolean {
    const { asset } = this.views.at(x, y)
    if (asset === this.session.asset) return true
    const { walking, assistance, redrawing } = this
    if (this.isBusy || redrawing !== null || walking.walk !== null || assistance.offering) return false
    this.session.showAsset(asset, true)
    return true
  }

  /** Takes the image of the mark in hand, by default of what is selected. */
  takeImageOf(mark: Mark | undefined = this.session.selectedMarks[0]): void {
    if (mark) this.session.showAsset(mark.asset, true)
  }

  /** Shows the marks as large as is useful; the whole image if they have no place. */
  lookAt(marks: readonly Mark[]): void {
    this.takeImageOf(marks[0])
    const box = boundsOf(this, marks)
    if (box) this.zoomToBox(box)
    else this.fit()
  }

  reveal(mark: Mark): void {
    reveal(this, mark)
  }

  show(mark: Mark): void {
    this.session.showAsset(mark.asset)
    this.choose("select")
    this.session.select([mark.id])
    this.reveal(mark)
  }

  showDifference(difference: Difference): void {
    showDifference(this, difference)
  }

  open(what: Opened): void {
    this.opened = what
    this.topics.tell("opened")
  }

  /** Puts the focus on a part of the editor; of the fields on `field`, or the first. */
  focus(on: Focus, field: string | null = null): void {
    this.wanted = { focus: on, field }
    this.topics.tell("wanted")
  }

  // --- the tool in hand

  get tool(): Tool {
    return this.#machine.tool
  }

  get machine(): ToolMachine {
    return this.#machine
  }

  get canEdit(): boolean {
    return this.session.mode !== "view" && (this.work === null || this.work.phase === "open")
  }

  get keyMode(): KeyMode {
    return this.walking.walk ?? (this.assistance.offering ? "offers" : this.session.mode)
  }

  get howTo(): string {
    return this.drawnWith ? "Drag, or click two corners, to draw." : ""
  }

  putDown(): void {
    if (this.tool !== selectTool) this.choose("select")
  }

  choose(id: string): void {
    const tool = this.tools.find((each) => each.id === id)
    if (!tool) return
    if (tool !== selectTool) this.walking.end()
    this.redrawing = null
    this.joins = false
    const wasPainting = this.painter.isInHand
    this.#machine.choose(tool)
    if (this.isDrawing && tool !== cutTool) this.drawnWith = tool
    if (this.painter.isInHand && !wasPainting) this.painter.takeUp()
    this.snapping.clear()
    holdDrawable(this)
    this.topics.tell("live")
  }

  /** Whether the tool in hand draws. */
  get isDrawing(): boolean {
    return draws(this.tool)
  }

  get isBusy(): boolean {
    return this.#machine.isBusy
  }

  /** Takes back the last step of what is being drawn; false if nothing is. */
  stepBack(): boolean {
    return this.#machine.back()
  }

  deletePoint(): boolean {
    return removeHeld(this) || this.linker.removeChosen()
  }

  markPoint(grip: string | null): void {
    if (grip === this.activePoint) return
    this.activePoint = grip
    this.topics.tell("live")
  }

  /** Escape: calls off the gesture, else puts the drawing tool down, else ends the selection. */
  cancel(): void {
    if (this.#machine.cancel()) return
    if (this.activePoint !== null) {
      this.markPoint(null)
      return
    }
    if (this.walking.walk !== null) this.walking.end()
    else if (this.redrawing !== null) this.redrawing = null
    else if (this.tool !== selectTool) this.choose("select")
    else this.session.select([])
    this.topics.tell("live")
  }

  useClass(classId: string): void {
    if (this.walking.walk === "sweep") this.walking.correct(classId)
    else useClass(this, classId)
  }

  // --- ToolHost

  get links(): Linker {
    return this.linker
  }

  linkUnder(at: ImagePoint, reach: number): string | null {
    return this.linker.under(at, reach)
  }

  selectLink(id: string): void {
    this.linker.choose(id)
  }

  /** The relation that is pointed out, or null. */
  get chosenLink(): string | null {
    return this.linker.chosen
  }

  get joints(): Joints | null {
    const { session } = this
    const redrawn = this.redrawing === null ? undefined : session.mark(this.redrawing)
    return session.vocabulary.jointsOf(redrawn?.class ?? session.classInHand ?? "") ?? null
  }

  get selection(): ReadonlySet<string> {
    return this.session.selection
  }

  get dragOnNothing(): "frame" | "pan" {
    return this.settings.values.preset === "cvat" || this.session.mode === "view" ? "pan" : "frame"
  }

  pick(at: ImagePoint, reach: number, beneath?: string): string | null {
    return this.scene.pick(at, reach, (mark) => !this.session.locked.has(mark.id), beneath)
  }

  handleUnder(at: ImagePoint, reach: number, anywhere = false): Grip | null {
    return gripUnder(this, at, reach, anywhere)
  }

  snapped(at: ImagePoint, reach: number, except?: string): ImagePoint {
    return this.snapping.point(at, reach, except)
  }

  aligned(box: Box, sides: Sides): readonly [dx: number, dy: number] {
    return this.snapping.sides(box, sides)
  }

  sidesOf(mark: Mark, handle: string, at: ImagePoint): PulledSides | null {
    return placedKind(mark.kind)?.sidesOf?.(mark.geometry, handle, at) ?? null
  }

  removePoint(grip: Grip): boolean {
    return removePoint(this, grip)
  }

  marksIn(box: Box, touching: boolean): string[] {
    return this.scene.within(box, touching).filter((id) => !this.session.locked.has(id))
  }

  select(ids: Iterable<string>): void {
    this.session.select(together(this.session, ids))
  }

  selectionBounds(): Box | null {
    if (!this.canEdit) return null
    return boundsOf(
      this,
      this.session.selectedMarks.filter((mark) => !this.session.isLocked(mark.id)),
    )
  }

  moveSelection(dx: number, dy: number): void {
    if (this.canEdit && (dx !== 0 || dy !== 0)) moveBy(this.session, dx, dy, { merges: false })
  }

  reshaped(mark: Mark, handle: string, to: ImagePoint, keepAspect: boolean): Geometry {
    return placedKind(mark.kind)?.reshaped(mark.geometry, handle, to, keepAspect, this.image) ?? mark.geometry
  }

  sketch(sketch: Sketch | null): void {
    if (sketch === null) this.snapping.clear()
    this.sketched = sketch
    this.topics.tell("live")
  }

  hover(id: string | null): void {
    if (id === this.hovered) return
    this.hovered = id
    this.topics.tell("live")
  }

  cursor(cursor: string): void {
    if (cursor === this.cursorStyle) return
    this.cursorStyle = cursor
    this.topics.tell("live")
  }

  reshape(id: string, geometry: Geometry): void {
    if (this.canEdit) changeGeometry(this.session, "Resize", new Map([[id, geometry]]))
  }

  refusalToDraw(kind: string): string | null {
    return refusalToDraw(this, kind)
  }

  draw(kind: string, geometry: Geometry): void {
    draw(this, kind, geometry)
  }

  pinAt(at: ImagePoint, markId: string | null): Pin {
    return pinAt(this, at, markId)
  }

  pinHere(): Pin {
    return pinHere(this)
  }

  showPlace(pin: Pin): void {
    showPlace(this, pin)
  }

  say(text: string, urgent = false): void {
    this.session.say(text, urgent)
  }

  /** Copies marks for this and the next tasks. */
  copy(marks: readonly Mark[]): void {
    clipboard.marks = marks
    clipboard.image = this.session.assets[marks[0]?.asset ?? -1] ?? null
    this.say(marks.length === 1 ? "Copied 1 mark." : `Copied ${marks.length} marks.`)
  }

  #viewChanged(): void {
    const { asset } = this.session
    if (this.views.inHand.asset !== asset) {
      this.#machine.cancel()
      if (this.walking.current?.asset !== asset) this.walking.end()
      this.markPoint(null)
      this.views.show(asset)
    } else this.views.hide()
    this.hover(null)
  }
}
