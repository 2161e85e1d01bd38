/** Marks cut by a drawn line, and outlines with fewer points. */

import { changeable, changeGeometry, type Exchange, exchange } from "#editor/actions.ts"
import type { Geometry, Mark } from "#editor/annotation.ts"
import type { Size } from "#geometry/box.ts"
import { partsCut, pathCut } from "#geometry/overlay.ts"
import { neatPoint, type Path, ringArea, simplified, simplifiedRing, type XY } from "#geometry/path.ts"
import { piecesOf } from "#geometry/pieces.ts"
import { areaOf, common, covers, NO_SPANS, type Spans, stroked, united, without } from "#geometry/spans.ts"
import { maskGeometry, maskSpans } from "./kinds/mask.ts"
import { placedKind } from "./kinds/table.ts"
import { neatPolygon, partsIn, soundPolygon } from "./regions.ts"
import type { Workspace } from "./workspace.ts"

/** How far a simpler outline may lie from the one before, image pixels: the first that leaves points away is taken. */
const TOLERANCES = [0.5, 1, 2, 4, 8, 16, 32] as const

const CUTTABLE = new Set(["polygon", "polyline", "mask"])

/** Why no line can be drawn to cut with, or null. */
export function refusalToCut(workspace: Workspace): string | null {
  if (!workspace.canEdit) return "Nothing can be changed now."
  return targets(workspace).length > 0 ? null : "There is no polygon, line or mask to cut."
}

/** The selected marks that can be cut; with nothing selected, all that are seen. */
function targets({ session }: Workspace): Mark[] {
  const ids = session.selection.size > 0 ? session.selection : [...session.marks()].map(({ id }) => id)
  return changeable(session, ids).filter(
    (mark) => CUTTABLE.has(mark.kind) && mark.asset === session.asset && !session.isHidden(mark),
  )
}

/** Cuts by `line`: the largest piece keeps the mark, each other one is a mark of its own. One step. */
export function cut(workspace: Workspace, line: Path): void {
  const { session, image } = workspace
  const changed = new Map<string, Pick<Mark, "kind" | "geometry"> | null>()
  const added: Mark[] = []
  for (const mark of targets(workspace)) {
    const [largest, ...others] = piecesBy(mark, line, image)
    // Of stuff there is one mask on an image.
    const isStuff = mark.kind === "mask" && session.vocabulary.classOf(mark.class)?.instances === false
    if (!largest || others.length === 0 || isStuff) continue
    changed.set(mark.id, { kind: mark.kind, geometry: largest })
    for (const geometry of others) added.push({ ...mark, id: session.newId(), geometry })
  }
  if (changed.size === 0) {
    workspace.say("The line has to cross a mark from side to side.", true)
    return
  }
  const exchanged: Exchange = { changed, added, select: [...changed.keys(), ...added.map(({ id }) => id)] }
  exchange(session, "Cut", exchanged)
  workspace.say(`Cut into ${changed.size + added.length} marks.`)
}

/** The geometries that a mark falls into, the largest first. */
function piecesBy(mark: Mark, line: Path, image: Size): Geometry[] {
  switch (mark.kind) {
    case "polygon": {
      const pieces = partsCut(partsIn(mark), line).sort(
        ([one], [other]) => ringArea(other as Path) - ringArea(one as Path),
      )
      // A line that goes nowhere from side to side leaves as many parts as there were.
      return pieces.length > partsIn(mark).length ? pieces.flatMap((part) => known(neatPolygon([part], image))) : []
    }
    case "polyline":
      return pathCut(mark.geometry.points as Path, line)
        .sort((one, other) => lengthOf(other) - lengthOf(one))
        .flatMap((points) => known(placedKind("polyline")?.mended({ points: points.map(neatPoint) }, image)))
    default:
      return masksBy(maskSpans(mark.geometry), line, image).flatMap((spans) => known(maskGeometry(spans)))
  }
}

function known(geometry: Geometry | null | undefined): Geometry[] {
  return geometry ? [geometry] : []
}

function lengthOf(path: Path): number {
  return path.slice(1).reduce((sum, [x, y], i) => {
    const [fromX, fromY] = path[i] as XY
    return sum + Math.hypot(x - fromX, y - fromY)
  }, 0)
}

/** The pieces of a mask on the sides of a line; the pixels under it go to the pieces that they touch. */
function masksBy(spans: Spans, line: Path, image: Size): Spans[] {
  const under = line.slice(1).reduce<Spans>((all, to, i) => united(all, stroked(line[i] as XY, to, 1, image)), NO_SPANS)
  const taken = common(spans, under)
  const pieces = piecesOf(without(spans, taken)).sort((a, b) => areaOf(b) - areaOf(a))
  if (pieces.length <= piecesOf(spans).length) return []
  let left = pixelsOf(taken)
  while (left.length > 0) {
    const gains = pieces.map((): [number, number][] => [])
    const rest = left.filter(([x, y]) => {
      const at = pieces.findIndex((piece) => NEXT.some(([dx, dy]) => covers(piece, x + dx, y + dy)))
      if (at >= 0) (gains[at] as [number, number][]).push([x, y])
      return at < 0
    })
    if (rest.length === left.length) return pieces
    gains.forEach((pixels, i) => {
      pieces[i] = united(pieces[i] as Spans, spansOf(pixels))
    })
    left = rest
  }
  return pieces
}

const NEXT = [
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
] as const

/** Pixels in the order of rows and columns as spans. */
function spansOf(pixels: readonly (readonly [number, number])[]): Spans {
  const cells: number[] = []
  for (const [column, row] of pixels) {
    if (cells.at(-3) === row && cells.at(-1) === column) cells[cells.length - 1] = column + 1
    else cells.push(row, column, column + 1)
  }
  return Int32Array.from(cells)
}

/** The pixels of spans as [column, row], row by row from the left. */
function pixelsOf(spans: Spans): [number, number][] {
  const pixels: [number, number][] = []
  for (let at = 0; at < spans.length; at += 3) {
    const [row, start, end] = [spans[at], spans[at + 1], spans[at + 2]] as [number, number, number]
    for (let column = start; column < end; column++) pixels.push([column, row])
  }
  return pixels
}

/** Takes points out of the selected polygons and lines that change their outline least; says how many are left. */
export function simplify(workspace: Workspace): void {
  const { session, image } = workspace
  const marks = changeable(session).filter(({ kind }) => kind === "polygon" || kind === "polyline")
  const before = marks.reduce((sum, mark) => sum + countOf(mark), 0)
  for (const tolerance of TOLERANCES) {
    const geometries = new Map<string, Geometry>()
    for (const mark of marks) {
      const geometry = simpler(mark, tolerance, image)
      if (geometry && countOf({ ...mark, geometry }) < countOf(mark)) geometries.set(mark.id, geometry)
    }
    if (geometries.size === 0) continue
    changeGeometry(session, "Simplify", geometries)
    const after = marks.reduce((sum, { id }) => sum + countOf(session.mark(id) as Mark), 0)
    workspace.say(`${after} points, of ${before}: within ${tolerance} px.`)
    return
  }
  workspace.say(marks.length === 0 ? "Select polygons or lines first." : `No point can go: ${before} points.`, true)
}

function simpler(mark: Mark, tolerance: number, image: Size): Geometry | null {
  if (mark.kind === "polyline") return { points: simplified(mark.geometry.points as Path, tolerance) }
  const parts = partsIn(mark).map((part) => part.map((ring) => simplifiedRing(ring, tolerance)))
  return parts.flat().every((ring) => ring.length >= 3) ? soundPolygon({ parts }, image) : null
}

/** How many points a polygon or line has. */
function countOf(mark: Mark): number {
  if (mark.kind === "polyline") return (mark.geometry.points as Path).length
  return partsIn(mark)
    .flat()
    .reduce((sum, ring) => sum + ring.length, 0)
}
