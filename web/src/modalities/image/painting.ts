/**
 * The brush, and what its strokes make of the document: a stroke goes on with the selected mask if that is of the class in
 * hand, else it begins one; stuff has one mask and goes on with that. Where no two masks may share a pixel, a stroke takes
 * only free ones, unless it is told to take those of others as well.
 */

import { exchange, named, newMark } from "#editor/actions.ts"
import type { Geometry, Mark } from "#editor/annotation.ts"
import type { Painter, Tool } from "#editor/tool.ts"
import type { Path } from "#geometry/path.ts"
import { holesOf, pieceAt, piecesOf } from "#geometry/pieces.ts"
import { clamp, type ImagePoint } from "#geometry/point.ts"
import {
  allOf,
  areaOf,
  common,
  NO_SPANS,
  rasterised,
  rowsOf,
  type Spans,
  stroked,
  united,
  without,
} from "#geometry/spans.ts"
import { BRUSH_MAX } from "../settings.ts"
import { refusalToDraw } from "./drawn.ts"
import { maskGeometry, maskSpans } from "./kinds/mask.ts"
import { PAINTING } from "./tools/mask/tool.ts"
import type { Workspace } from "./workspace.ts"

interface Stroke {
  readonly isErasing: boolean
  readonly takes: boolean
  readonly target: Mark | null
  /** What the stroke may not cover. */
  readonly closed: Spans
  spans: Spans
}

export class Painting implements Painter {
  readonly #workspace: Workspace
  #stroke: Stroke | null = null
  /** Strokes take what other marks cover without being told each time. */
  takesOthers = false

  constructor(workspace: Workspace) {
    this.#workspace = workspace
  }

  /** Whether a tool that paints is in hand. */
  get isInHand(): boolean {
    return isPainting(this.#workspace.tool)
  }

  /** Of the round brush, image pixels. */
  get width(): number {
    return this.#workspace.settings.values.brush
  }

  /** Makes the brush wider (above 1) or thinner, by a pixel at least. */
  resize(factor: number): void {
    const { width } = this
    const next =
      factor > 1 ? Math.max(width + 1, Math.round(width * factor)) : Math.min(width - 1, Math.round(width * factor))
    this.#workspace.settings.set({ brush: clamp(next, 1, BRUSH_MAX) })
    this.#workspace.topics.tell("cursor")
    this.#workspace.say(`Brush of ${this.width} px.`)
  }

  /** The class of the one selected mask is taken in hand, so that strokes go on with it. */
  takeUp(): void {
    const mark = this.#selected()
    if (mark) this.#workspace.session.hold(mark.class)
  }

  begin(isErasing: boolean, takes: boolean): boolean {
    const { session } = this.#workspace
    const target = this.#target(isErasing)
    const refusal = isErasing ? this.#refusalToErase(target) : target ? null : refusalToDraw(this.#workspace, "mask")
    if (refusal !== null || !this.#workspace.canEdit) {
      this.#workspace.say(refusal ?? "Nothing can be changed now.", true)
      return false
    }
    const takesOthers = takes || this.takesOthers
    const others = this.#masks().filter((mark) => mark.id !== target?.id && (!takesOthers || session.isLocked(mark.id)))
    const closed = !isErasing && this.#isExclusive ? unionOf(others) : NO_SPANS
    this.#stroke = { isErasing, takes: takesOthers, target, closed, spans: NO_SPANS }
    return true
  }

  brush(from: ImagePoint, to: ImagePoint): void {
    const stroke = this.#stroke
    if (!stroke) return
    const spans = this.#open(stroke, stroked(from, to, this.width, this.#workspace.image))
    stroke.spans = united(stroke.spans, spans)
    this.#show(stroke)
  }

  enclose(path: Path): void {
    const stroke = this.#stroke
    if (!stroke) return
    stroke.spans = this.#open(stroke, rasterised([path], this.#workspace.image))
    this.#show(stroke)
  }

  cover(spans: Spans): void {
    const stroke = this.#stroke
    if (!stroke) return
    stroke.spans = this.#open(stroke, spans)
    this.#show(stroke)
  }

  commit(): void {
    const stroke = this.#stroke
    this.discard()
    if (!stroke) return
    if (stroke.spans.length === 0) {
      const others = stroke.closed.length > 0 ? "Others cover that: hold Ctrl to take it from them." : ""
      this.#workspace.say(others || "No pixel was painted.", true)
    } else if (stroke.isErasing) this.#erase(stroke)
    else this.#paint(stroke)
  }

  discard(): void {
    if (!this.#stroke) return
    this.#stroke = null
    this.#workspace.sketch(null)
  }

  pour(at: ImagePoint, takes: boolean): void {
    const stroke = this.#stroke
    if (!stroke) return
    const [column, row] = [Math.floor(at[0]), Math.floor(at[1])]
    const found = this.#isExclusive && !takes ? this.#freeAt(column, row) : this.#holeAt(stroke.target, column, row)
    if (found) {
      stroke.spans = this.#open(stroke, found)
      this.commit()
    } else {
      this.discard()
      this.#workspace.say("Click in a hole of the selected mask, or drag around what is to be filled.", true)
    }
  }

  renew(): void {
    this.#workspace.select([])
    this.#workspace.say("The next stroke begins a new mark.")
  }

  get #isExclusive(): boolean {
    return this.#workspace.session.vocabulary.layers.overlap === "forbidden"
  }

  /** The masks of the asset on screen. */
  #masks(): Mark[] {
    const { session } = this.#workspace
    return [...session.marks()].filter((mark) => mark.kind === "mask" && mark.asset === session.asset)
  }

  #selected(): Mark | null {
    const [mark, ...others] = this.#workspace.session.selectedMarks
    const isHere = mark?.asset === this.#workspace.session.asset
    return isHere && mark.kind === "mask" && others.length === 0 ? mark : null
  }

  #target(isErasing: boolean): Mark | null {
    const { session, redrawing } = this.#workspace
    const selected = this.#selected()
    const isFree = selected !== null && !session.isLocked(selected.id)
    if (isFree && (isErasing || redrawing === selected.id || selected.class === session.classInHand)) return selected
    if (isErasing) return null
    const isStuff = session.vocabulary.classOf(session.classInHand ?? "")?.instances === false
    return (
      (isStuff && this.#masks().find((mark) => mark.class === session.classInHand && !session.isLocked(mark.id))) ||
      null
    )
  }

  #refusalToErase(target: Mark | null): string | null {
    if (target || (this.#selected() === null && this.#masks().length > 0)) return null
    return this.#selected() ? "This mark is locked." : "There is no mask to erase from."
  }

  #open(stroke: Stroke, spans: Spans): Spans {
    if (stroke.closed.length === 0 || spans.length === 0) return spans
    const [top, bottom] = [spans[0] as number, (spans[spans.length - 3] as number) + 1]
    return without(spans, rowsOf(stroke.closed, top, bottom))
  }

  #show({ spans, isErasing }: Stroke): void {
    this.#workspace.sketch({ stroke: { spans, isErasing } })
  }

  #paint({ spans, target, takes }: Stroke): void {
    const { session, redrawing } = this.#workspace
    const isAnew = target !== null && redrawing === target.id
    const all = target === null || isAnew ? spans : united(maskSpans(target.geometry), spans)
    const geometry = maskGeometry(all) as Geometry
    const changed = new Map<string, Pick<Mark, "kind" | "geometry"> | null>()
    if (takes && this.#isExclusive) this.#less(spans, target, changed)
    const added = target === null ? newMark(session, "mask", geometry) : null
    if (added) this.#workspace.drawnClass = added.class
    if (target === null && added === null) return
    if (target && !isAnew && changed.size === 0 && areaOf(all) === areaOf(maskSpans(target.geometry))) {
      // A step that changes nothing would make the next undo look dead.
      this.#workspace.say("That is painted already.", true)
      return
    }
    if (target) changed.set(target.id, { kind: "mask", geometry })
    const mark = (target ?? added) as Mark
    const label = isAnew ? "Redraw" : target ? `Paint ${named(session, [mark])}` : `Draw ${named(session, [mark])}`
    exchange(session, label, { changed, added: added ? [added] : [], select: [mark.id] })
    this.#workspace.redrawing = null
    this.#workspace.say(target ? `Painted ${named(session, [mark])}.` : `Drew ${named(session, [mark])}.`)
  }

  #erase({ spans, target }: Stroke): void {
    const { session } = this.#workspace
    const changed = new Map<string, Pick<Mark, "kind" | "geometry"> | null>()
    const marks = target ? [target] : this.#masks().filter((mark) => !session.isHidden(mark))
    this.#less(spans, null, changed, marks)
    if (changed.size === 0) this.#workspace.say("Nothing lies there.", true)
    else exchange(session, "Erase", { changed })
  }

  /** Takes pixels from marks that are not locked; those that have none left go. */
  #less(
    spans: Spans,
    except: Mark | null,
    changed: Map<string, Pick<Mark, "kind" | "geometry"> | null>,
    marks = this.#masks(),
  ): void {
    for (const mark of marks) {
      if (mark.id === except?.id || this.#workspace.session.isLocked(mark.id)) continue
      const before = maskSpans(mark.geometry)
      if (common(before, spans).length === 0) continue
      const geometry = maskGeometry(without(before, spans))
      if (geometry) changed.set(mark.id, { kind: "mask", geometry })
      else if (!this.#workspace.session.isFixed(mark.id, "delete")) changed.set(mark.id, null)
    }
  }

  /** What is free around a place, up to the masks and the border of the image. */
  #freeAt(column: number, row: number): Spans | null {
    return pieceAt(piecesOf(without(allOf(this.#workspace.image), unionOf(this.#masks()))), column, row)
  }

  #holeAt(target: Mark | null, column: number, row: number): Spans | null {
    return target && pieceAt(holesOf(maskSpans(target.geometry)), column, row)
  }
}

export function isPainting(tool: Tool): boolean {
  return PAINTING.has(tool)
}

/** All pixels of some masks. */
export function unionOf(marks: readonly Mark[]): Spans {
  return marks.reduce((spans, mark) => united(spans, maskSpans(mark.geometry)), NO_SPANS)
}
