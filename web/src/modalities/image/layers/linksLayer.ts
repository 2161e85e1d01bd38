/** The relations between marks, as arrows: however many there are, they are a few strokes. */

import type { Vocabulary } from "#editor/ontology.ts"
import type { Sketch } from "#editor/tool.ts"
import type { Box, Size } from "#geometry/box.ts"
import type { XY } from "#geometry/path.ts"
import type { Viewport } from "#geometry/viewport.ts"
import { placedKind } from "../kinds/table.ts"
import { type Linker, lineOf } from "../linking.ts"
import type { Scene } from "../scene.ts"
import { Brush } from "./brush.ts"

const COLOR = "#ffffff"
const CHOSEN = "#ffb020"
const HEAD = 9
/** More than so many have no names: they would cover one another. */
const NAMES_MAX = 60

export interface LinksScene {
  readonly view: Viewport
  readonly scene: Scene
  readonly vocabulary: Vocabulary
  readonly linker: Linker
  readonly sketch: Sketch | null
  readonly selection: ReadonlySet<string>
  readonly turn: number
}

export class LinksLayer {
  readonly #brush: Brush
  #isBlank = true
  /** How many the last frame drew. */
  painted = 0

  constructor(host: HTMLElement) {
    const canvas = document.createElement("canvas")
    canvas.className = "links-layer"
    host.append(canvas)
    this.#brush = new Brush(canvas)
  }

  resize(size: Size, density: number): void {
    this.#brush.resize(size, density)
  }

  destroy(): void {
    this.#brush.canvas.remove()
  }

  frame(scene: LinksScene): void {
    const { view, linker, sketch } = scene
    const arrows = linker.arrows()
    this.painted = arrows.length
    if (arrows.length === 0 && !sketch?.arrow && this.#isBlank) return
    const brush = this.#brush
    brush.aim(view)
    brush.clear()
    this.#isBlank = arrows.length === 0 && !sketch?.arrow
    const lines = arrows.map(({ link, from, to }) => ({
      link,
      line: lineOf(moved(scene, link.from, from), moved(scene, link.to, to)),
    }))
    const isDirected = new Map(scene.vocabulary.linkTypes.map(({ id, directed }) => [id, directed ?? true]))
    const plain = lines.filter(({ link }) => link.id !== linker.chosen)
    this.#strokeAll(
      plain.map(({ link, line }) => ({ line, isDirected: isDirected.get(link.type) ?? true })),
      COLOR,
      1.5,
    )
    const chosen = lines.filter(({ link }) => link.id === linker.chosen)
    this.#strokeAll(
      chosen.map(({ link, line }) => ({ line, isDirected: isDirected.get(link.type) ?? true })),
      CHOSEN,
      2.5,
    )
    if (sketch?.arrow) this.#strokeAll([{ line: [sketch.arrow.from, sketch.arrow.to], isDirected: true }], CHOSEN, 2)
    const named = lines.length <= NAMES_MAX ? lines : chosen
    const nameOf = new Map(scene.vocabulary.linkTypes.map(({ id, name }) => [id, name]))
    for (const { link, line } of named) this.#drawName(nameOf.get(link.type) ?? link.type, line, scene.turn)
  }

  #strokeAll(lines: readonly { line: readonly [XY, XY]; isDirected: boolean }[], color: string, width: number): void {
    if (lines.length === 0) return
    const { context, projection } = this.#brush
    const { scale, x, y, density } = projection
    const head = HEAD * density
    context.beginPath()
    for (const { line, isDirected } of lines) {
      const [[fromX, fromY], [toX, toY]] = line
      const [ax, ay, bx, by] = [fromX * scale + x, fromY * scale + y, toX * scale + x, toY * scale + y]
      context.moveTo(ax, ay)
      context.lineTo(bx, by)
      if (!isDirected) continue
      const along = Math.atan2(by - ay, bx - ax)
      for (const side of [-0.45, 0.45]) {
        context.moveTo(bx, by)
        context.lineTo(bx - head * Math.cos(along + side), by - head * Math.sin(along + side))
      }
    }
    context.setLineDash([])
    context.lineCap = "round"
    context.strokeStyle = "rgba(0, 0, 0, 0.65)"
    context.lineWidth = (width + 2) * density
    context.stroke()
    context.strokeStyle = color
    context.lineWidth = width * density
    context.stroke()
  }

  /** Upright, in the middle of the line. */
  #drawName(name: string, [[fromX, fromY], [toX, toY]]: readonly [XY, XY], turn: number): void {
    const { context, projection } = this.#brush
    const { scale, density } = projection
    context.font = `500 ${Math.round(11 * density)}px system-ui, sans-serif`
    context.textBaseline = "middle"
    context.textAlign = "center"
    const [w, h] = [context.measureText(name).width + 8 * density, 16 * density]
    context.save()
    context.translate(((fromX + toX) / 2) * scale + projection.x, ((fromY + toY) / 2) * scale + projection.y)
    context.rotate((-turn * Math.PI) / 180)
    context.fillStyle = "rgba(20, 23, 29, 0.85)"
    context.fillRect(-w / 2, -h / 2, w, h)
    context.fillStyle = COLOR
    context.fillText(name, 0, density * 0.5)
    context.restore()
  }
}

/** Where a mark lies while a gesture moves or reshapes it. */
function moved({ scene, sketch, selection }: LinksScene, id: string, box: Box): Box {
  if (sketch?.shift && selection.has(id)) return { ...box, x: box.x + sketch.shift[0], y: box.y + sketch.shift[1] }
  if (sketch?.changed?.id !== id) return box
  const slot = scene.slotOf(id)
  const kind = slot === undefined ? undefined : placedKind(scene.markAt(slot).kind)
  return kind?.bounds(sketch.changed.geometry) ?? box
}
