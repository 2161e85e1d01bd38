/** What changes from frame to frame: the hovered and selected marks, the mark being drawn, handles, names, the frame. */

import type { Geometry, Mark } from "#editor/annotation.ts"
import type { Handle } from "#editor/kind.ts"
import type { Joints, Vocabulary } from "#editor/ontology.ts"
import type { Sketch } from "#editor/tool.ts"
import { type Box, type Size, touches } from "#geometry/box.ts"
import type { ImagePoint } from "#geometry/point.ts"
import { rowsOf } from "#geometry/spans.ts"
import { turnedSize } from "#geometry/turn.ts"
import { type Viewport, visibleBox } from "#geometry/viewport.ts"
import type { LabelDisplay } from "../../settings.ts"
import type { Guide } from "../alignment.ts"
import type { PlacedImageKind } from "../kinds/kind.ts"
import { placedKind } from "../kinds/table.ts"
import type { Scene } from "../scene.ts"
import { Brush } from "./brush.ts"
import { drawGuides } from "./guides.ts"
import { inkOn, type Look } from "./look.ts"
import { drawOffers } from "./offers.ts"
import { drawRuler } from "./ruler.ts"

/** Of a larger selection such a weight is drawn as selected, a box being 1, and a frame around all of it. */
export const LIVE_MAX = 600
const LABELS_MAX = 150
const SELECTED_FILL = 0.2
const HOVER_FILL = 0.12
const STROKE_FILL = 0.6
const HANDLE_SIDE = 9
/** For fingers. */
const HANDLE_SIDE_COARSE = 18
const SNAP_RADIUS = 9
const SNAP_RINGS = [
  ["rgba(0, 0, 0, 0.7)", 4],
  ["#ffb020", 2],
] as const

export interface LiveScene {
  readonly view: Viewport
  readonly scene: Scene
  readonly look: Look
  readonly vocabulary: Vocabulary
  readonly hovered: string | null
  readonly selection: ReadonlySet<string>
  readonly locked: ReadonlySet<string>
  readonly sketch: Sketch | null
  /** Share of opacity that marks are filled with where they lie still. */
  readonly fill: number
  readonly classInHand: string | null
  readonly labels: LabelDisplay
  readonly canEdit: boolean
  /** The name of the grip that keys act on, or null. */
  readonly point: string | null
  /** Places to point out: where submissions differ, what a fault is about. */
  readonly pointedOut: readonly Box[]
  /** Whether fingers are at work: grips are larger for them. */
  readonly isCoarse: boolean
  /** The place that a point goes to by itself, or null. */
  readonly snap: ImagePoint | null
  /** The lines that a box lies along by itself. */
  readonly guides: readonly Guide[]
  /** By how much the table is turned, degrees: what is written stands upright. */
  readonly turn: number
  /** Around a selection of several marks. */
  readonly selectionFrame: Box | null
  /** The skeleton of what is being drawn, or null. */
  readonly joints: Joints | null
}

export class LiveLayer {
  readonly #brush: Brush
  #size: Size = { width: 1, height: 1 }
  #handleSide = HANDLE_SIDE
  painted = 0

  constructor(host: HTMLElement) {
    const canvas = document.createElement("canvas")
    canvas.className = "live-layer"
    host.append(canvas)
    this.#brush = new Brush(canvas)
  }

  resize(size: Size, density: number): void {
    this.#size = { width: size.width, height: size.height }
    this.#brush.resize(size, density)
  }

  destroy(): void {
    this.#brush.canvas.remove()
  }

  frame(live: LiveScene): void {
    this.painted = 0
    this.#handleSide = live.isCoarse ? HANDLE_SIDE_COARSE : HANDLE_SIDE
    const brush = this.#brush
    brush.aim(live.view)
    brush.clear()
    const inView = visibleBox(live.view, this.#size)
    this.#drawPointedOut(live)
    if (live.hovered !== null && !live.selection.has(live.hovered)) this.#drawHovered(live, live.hovered)
    const drawn = this.#drawSelection(live, inView)
    this.#drawFresh(live)
    this.#drawStroke(live, inView)
    this.painted += drawOffers(this.#brush, live)
    for (const [x, y] of live.sketch?.dots ?? []) this.#drawGrip(x, y, "round")
    this.#drawLabels(live, inView, drawn)
    this.#drawHandles(live)
    this.#drawFrames(live)
    if (live.snap) this.#drawSnap(live.snap)
    drawGuides(brush, live.guides)
    if (live.sketch?.measure) drawRuler(brush, live.sketch.measure, live.turn)
    this.#drawCaption(live)
  }

  #drawPointedOut({ pointedOut }: LiveScene): void {
    for (const box of pointedOut) this.#strokeFrame(box, 8, "#ffb020", 3)
  }

  #drawHovered({ scene, look }: LiveScene, id: string): void {
    const slot = scene.slotOf(id)
    if (slot === undefined) return
    this.#brush.strongMark(scene.markAt(slot), scene.kindAt(slot), look, HOVER_FILL, 1.25)
    this.painted++
  }

  /** Draws the selected marks in view, moved or reshaped as the sketch says; returns those it drew. */
  #drawSelection(live: LiveScene, inView: Box): { mark: Mark; kind: PlacedImageKind }[] {
    const { selection, scene, sketch, look, locked, fill } = live
    const [dx, dy] = sketch?.shift ?? [0, 0]
    const { projection } = this.#brush
    const drawn: { mark: Mark; kind: PlacedImageKind }[] = []
    let weight = 0
    for (const id of selection) {
      if (weight >= LIVE_MAX) break
      const slot = scene.slotOf(id)
      if (slot === undefined || scene.isHidden(slot)) continue
      const kind = scene.kindAt(slot)
      const stored = scene.markAt(slot)
      const mark = sketch?.changed?.id === id ? { ...stored, geometry: sketch.changed.geometry } : stored
      const isShifted = sketch?.shift !== undefined && !locked.has(id)
      if (!isShifted && !touches(kind.bounds(mark.geometry), inView)) continue
      if (isShifted) {
        projection.x += dx * projection.scale
        projection.y += dy * projection.scale
      }
      // Where it is drawn here alone, it is filled as if it lay over itself.
      const share = scene.isLifted(slot) ? 1 - (1 - fill) * (1 - SELECTED_FILL) : SELECTED_FILL
      this.#brush.strongMark(mark, kind, look, share, 1.25)
      if (isShifted) {
        projection.x -= dx * projection.scale
        projection.y -= dy * projection.scale
      }
      drawn.push({ mark, kind })
      weight += scene.weightAt(slot)
      this.painted++
    }
    return drawn
  }

  #drawFresh({ sketch, vocabulary, classInHand, joints }: LiveScene): void {
    const fresh = sketch?.fresh
    const kind = fresh && placedKind(fresh.kind)
    if (!fresh || !kind) return
    const color = vocabulary.classOf(classInHand ?? "")?.color ?? "#ffffff"
    const pen = { color, dash: [], width: 2 }
    this.#brush.strongMark(
      sketchedMark(fresh.kind, fresh.geometry),
      kind,
      { penOf: () => pen, jointsOf: () => joints ?? undefined },
      HOVER_FILL,
      1,
    )
    this.painted++
  }

  /** The pixels of a stroke, as they are. */
  #drawStroke({ sketch, vocabulary, classInHand }: LiveScene, inView: Box): void {
    if (!sketch?.stroke) return
    const { context, projection } = this.#brush
    const { scale, x, y } = projection
    const { isErasing } = sketch.stroke
    const spans = rowsOf(sketch.stroke.spans, Math.floor(inView.y), Math.ceil(inView.y + inView.h))
    context.beginPath()
    for (let at = 0; at < spans.length; at += 3) {
      const [row, start, end] = [spans[at], spans[at + 1], spans[at + 2]] as [number, number, number]
      context.rect(start * scale + x, row * scale + y, (end - start) * scale, scale)
    }
    context.globalAlpha = STROKE_FILL
    context.fillStyle = isErasing ? "#14171d" : (vocabulary.classOf(classInHand ?? "")?.color ?? "#ffffff")
    context.fill()
    context.globalAlpha = 1
    this.painted++
  }

  /** The grips of the one selected mark. */
  #drawHandles(live: LiveScene): void {
    const { selection, scene, sketch, canEdit, locked } = live
    const [id] = selection
    if (!canEdit || selection.size !== 1 || id === undefined || locked.has(id) || sketch?.shift || sketch?.fresh) return
    const slot = scene.slotOf(id)
    if (slot === undefined || scene.isHidden(slot)) return
    const { projection } = this.#brush
    const { density, scale } = projection
    const kind = scene.kindAt(slot)
    const geometry = sketch?.changed?.id === id ? sketch.changed.geometry : scene.markAt(slot).geometry
    const bounds = kind.bounds(geometry)
    const full = this.#handleSide * density
    // The grips of a small box stand outside it, so that it can still be seen.
    const isSmall = bounds.w * scale < 4 * full && bounds.h * scale < 4 * full
    const away = isSmall ? (full * 0.35 + density) / scale : 0
    for (const { name, at, form } of kind.handles(geometry, density / scale)) {
      const isOn = name === live.point
      if (form !== "square") this.#drawGrip(at[0], at[1], form, isOn)
      else {
        const outX = Math.sign(at[0] - bounds.x - bounds.w / 2) * away
        const outY = Math.sign(at[1] - bounds.y - bounds.h / 2) * away
        this.#drawGrip(at[0] + outX, at[1] + outY, form, isOn, isSmall)
      }
    }
  }

  /** A grip at a place of the image: corners are square, points round, places for one more point small and pale. */
  #drawGrip(x: number, y: number, form: Handle["form"], isOn = false, isSmall = false): void {
    const { context, projection } = this.#brush
    const { density, scale } = projection
    const side = Math.round(this.#handleSide * density * (form === "ghost" ? 0.65 : isSmall ? 0.7 : 1))
    const left = Math.round(x * scale + projection.x - side / 2)
    const top = Math.round(y * scale + projection.y - side / 2)
    context.setLineDash([])
    context.lineWidth = Math.max(1, Math.round(1.5 * density))
    context.fillStyle = isOn ? "#ffb020" : "#ffffff"
    context.strokeStyle = "#14171d"
    if (form === "square") {
      context.fillRect(left, top, side, side)
      context.strokeRect(left + 0.5, top + 0.5, side - 1, side - 1)
      return
    }
    // A named point that is hidden is a ring, so that this is seen of a selected mark too.
    if (form === "hollow" && !isOn) [context.fillStyle, context.strokeStyle] = ["#14171d", "#ffffff"]
    context.globalAlpha = form === "ghost" ? 0.6 : 1
    context.beginPath()
    context.arc(left + side / 2, top + side / 2, side / 2, 0, 2 * Math.PI)
    context.fill()
    context.stroke()
    context.globalAlpha = 1
  }

  /** The name of the point that is placed next, at the pointer; of the one in hand, beside it. */
  #drawCaption({ sketch, selection, scene, vocabulary, point, turn }: LiveScene): void {
    const [id] = selection
    const slot = id === undefined || selection.size !== 1 ? undefined : scene.slotOf(id)
    const held = slot === undefined || point === null ? null : scene.markAt(slot)
    const grip =
      held &&
      scene
        .kindAt(slot as number)
        .pointGrips?.(held.geometry)
        .find(({ name }) => name === point)
    const name = grip && vocabulary.jointsOf(held.class)?.names[Number(grip.name.slice(grip.name.indexOf(".") + 1))]
    const said = sketch?.caption ?? (name && !sketch ? { text: name, at: grip.at } : null)
    if (!said?.text) return
    const { context, projection } = this.#brush
    const { density, scale } = projection
    const [left, top] = [Math.round(12 * density), Math.round(10 * density)]
    context.save()
    context.translate(said.at[0] * scale + projection.x, said.at[1] * scale + projection.y)
    context.rotate((-turn * Math.PI) / 180)
    context.font = `500 ${Math.round(12 * density)}px system-ui, sans-serif`
    context.textBaseline = "middle"
    const width = Math.ceil(context.measureText(said.text).width) + Math.round(12 * density)
    const height = Math.round(20 * density)
    context.fillStyle = "rgba(20, 23, 29, 0.9)"
    context.fillRect(left, top, width, height)
    context.fillStyle = "#ffffff"
    context.fillText(said.text, left + 6 * density, top + height / 2 + density * 0.5)
    context.restore()
  }

  /** A ring around the place that is meant. */
  #drawSnap([x, y]: ImagePoint): void {
    const { context, projection } = this.#brush
    const { density, scale } = projection
    context.setLineDash([])
    for (const [color, width] of SNAP_RINGS) {
      context.strokeStyle = color
      context.lineWidth = width * density
      context.beginPath()
      context.arc(x * scale + projection.x, y * scale + projection.y, SNAP_RADIUS * density, 0, 2 * Math.PI)
      context.stroke()
    }
  }

  #drawLabels(live: LiveScene, inView: Box, selected: readonly { mark: Mark; kind: PlacedImageKind }[]): void {
    const { labels, scene, hovered, sketch } = live
    if (labels === "none" || sketch?.shift) return
    if (labels === "all" && scene.weightIn(inView, LABELS_MAX + 1) <= LABELS_MAX) {
      const { x, y, w, h } = inView
      for (const slot of scene.ordered()) {
        if (scene.isHidden(slot) || !scene.touches(slot, x, y, x + w, y + h)) continue
        // What a handle reshapes has left the place it is known by.
        if (sketch?.changed?.id === scene.markAt(slot).id) continue
        this.#drawLabel(live, scene.markAt(slot), scene.kindAt(slot))
      }
      return
    }
    if (selected.length <= LABELS_MAX) for (const { mark, kind } of selected) this.#drawLabel(live, mark, kind)
    const slot = hovered === null ? undefined : scene.slotOf(hovered)
    if (slot !== undefined && !live.selection.has(hovered as string)) {
      this.#drawLabel(live, scene.markAt(slot), scene.kindAt(slot))
    }
  }

  /** The name on a plate above the mark; below its top edge where there is no room. */
  #drawLabel({ vocabulary, locked, turn }: LiveScene, mark: Mark, kind: PlacedImageKind): void {
    const { context, projection } = this.#brush
    const { density } = projection
    const itemClass = vocabulary.classOf(mark.class)
    const score = mark.score === undefined ? "" : ` ${Math.round(mark.score * 100)} %`
    const text = `${itemClass?.name ?? mark.class}${score}${locked.has(mark.id) ? " · locked" : ""}`
    const bounds = kind.bounds(mark.geometry)
    const height = Math.round(17 * density)
    context.font = `500 ${Math.round(11 * density)}px system-ui, sans-serif`
    context.textBaseline = "middle"
    const width = Math.ceil(context.measureText(text).width) + Math.round(10 * density)
    const { scale } = projection
    const middleX = (bounds.x + bounds.w / 2) * scale + projection.x
    const middleY = (bounds.y + bounds.h / 2) * scale + projection.y
    const around = turnedSize({ width: bounds.w * scale, height: bounds.h * scale }, turn)
    const left = Math.round((turn === 0 ? middleX : 0) - around.width / 2 - density)
    const above = Math.round((turn === 0 ? middleY : 0) - around.height / 2 - height - 2 * density)
    const top = turn === 0 && above < 0 ? above + height + Math.round(3 * density) : above
    const color = itemClass?.color ?? "#8a8f98"
    context.save()
    if (turn !== 0) {
      context.translate(middleX, middleY)
      context.rotate((-turn * Math.PI) / 180)
    }
    context.fillStyle = color
    context.fillRect(left, top, width, height)
    context.fillStyle = inkOn(color)
    context.fillText(text, left + Math.round(5 * density), top + height / 2 + density * 0.5)
    context.restore()
  }

  #drawFrames({ sketch, selectionFrame }: LiveScene): void {
    if (selectionFrame) {
      const [dx, dy] = sketch?.shift ?? [0, 0]
      const { x, y, w, h } = selectionFrame
      this.#strokeFrame({ x: x + dx, y: y + dy, w, h }, 5, "#ffffff", 1)
    }
    if (!sketch?.frame) return
    this.#brush.context.fillStyle = "rgba(125, 159, 255, 0.15)"
    this.#strokeFrame(sketch.frame, 0, "#ffffff", 1, true)
  }

  /** A dashed frame over a dark one, `away` CSS pixels outside the box. */
  #strokeFrame(box: Box, away: number, color: string, width: number, isFilled = false): void {
    const { context, projection } = this.#brush
    const { density, scale } = projection
    const half = width % 2 === 1 ? 0.5 : 0
    const x = Math.round(box.x * scale + projection.x - away * density) + half
    const y = Math.round(box.y * scale + projection.y - away * density) + half
    const w = Math.round(box.w * scale + 2 * away * density)
    const h = Math.round(box.h * scale + 2 * away * density)
    if (isFilled) context.fillRect(x, y, w, h)
    context.lineWidth = width * density
    context.setLineDash([])
    context.strokeStyle = "rgba(0, 0, 0, 0.65)"
    context.strokeRect(x, y, w, h)
    context.setLineDash([5 * density, 4 * density])
    context.strokeStyle = color
    context.strokeRect(x, y, w, h)
  }
}

function sketchedMark(kind: string, geometry: Geometry): Mark {
  return { id: "", kind, class: "", geometry, attributes: {}, asset: 0, z: 0, source: "human" }
}
