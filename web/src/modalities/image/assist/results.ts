/** What becomes of an outline that a method has found: a mark of a kind that the class in hand takes, as one step. */

import { exchange, madeBy, named, newMark } from "#editor/actions.ts"
import type { Making, Mark } from "#editor/annotation.ts"
import { cross, type Path, ringArea } from "#geometry/path.ts"
import { rasterised, type Spans, without } from "#geometry/spans.ts"
import { maskGeometry } from "../kinds/mask.ts"
import { placedKind } from "../kinds/table.ts"
import { unionOf } from "../painting.ts"
import { polygonOf } from "../regions.ts"
import type { Workspace } from "../workspace.ts"

/** The first of `kinds` that the class in hand takes, or the reason why nothing can be drawn. */
export function kindInHand(workspace: Workspace, kinds: readonly string[]): { kind: string } | { refusal: string } {
  let refusal = ""
  for (const kind of kinds) {
    const why = workspace.refusalToDraw(kind)
    if (why === null) return { kind }
    refusal ||= why
  }
  return { refusal }
}

/** Draws pixels as a mask, or as polygons where the class takes no mask; false, and says why, where that cannot be. */
export function drawSpans(workspace: Workspace, spans: Spans, made: Made): boolean {
  return madeBy(workspace.session, made.made, () => spansDrawn(workspace, spans, made))
}

function spansDrawn(workspace: Workspace, spans: Spans, made: Made): boolean {
  const found = kindInHand(workspace, ["mask", "polygon"])
  if ("refusal" in found) return refuse(workspace, found.refusal)
  if (spans.length === 0) return refuse(workspace, "There is nothing to accept yet.")
  if (made.source) return drawMade(workspace, found.kind, spans, made)
  if (found.kind === "mask") {
    // Each outline that was found is a mark of its own, whatever is selected.
    workspace.select([])
    if (!workspace.painter.begin(false, false)) return false
    workspace.painter.cover(spans)
    workspace.painter.commit()
    return true
  }
  const geometry = polygonOf(spans, workspace.image)
  if (!geometry) return refuse(workspace, "No sound polygon can be made of it.")
  workspace.draw("polygon", geometry)
  return true
}

/** Where a mark comes from, if not from a person's hand alone. */
export type Made = { readonly made: Making } & Partial<Pick<Mark, "source" | "score">>

/** What a model has made keeps saying so, until a person puts their hand to it. Others keep the pixels that they have. */
function drawMade(workspace: Workspace, kind: string, spans: Spans, made: Made): boolean {
  const { session, image } = workspace
  const isExclusive = session.vocabulary.layers.overlap === "forbidden"
  const others = [...session.marks()].filter((mark) => mark.kind === "mask" && mark.asset === session.asset)
  const free = isExclusive && kind === "mask" ? without(spans, unionOf(others)) : spans
  const geometry = kind === "mask" ? maskGeometry(free) : polygonOf(free, image)
  if (!geometry) return refuse(workspace, "Nothing of it is free: others cover that.")
  const mark = newMark(session, kind, geometry)
  if (!mark) return false
  exchange(session, `Draw ${named(session, [mark])}`, { added: [{ ...mark, ...made }], select: [mark.id] })
  workspace.say(`Drew ${named(session, [mark])}.`)
  return true
}

/** Draws a ring, or a line, of points that a tool has laid. */
export function drawPath(workspace: Workspace, kind: string, path: Path, made: Made): boolean {
  return madeBy(workspace.session, made.made, () => pathDrawn(workspace, kind, path, made))
}

function pathDrawn(workspace: Workspace, kind: string, path: Path, made: Made): boolean {
  if (kind === "polyline") {
    workspace.draw("polyline", { points: path })
    return true
  }
  if (path.length < 3 || Math.abs(ringArea(path)) < 1) return refuse(workspace, "It encloses nothing yet.")
  const ring = { parts: [[path]] }
  const mended = placedKind("polygon")?.mended(ring, workspace.image)
  // Where the wire runs along itself, what it encloses counts.
  if (kind === "mask" || !mended || cross((mended.parts as readonly (readonly Path[])[]).flat())) {
    return drawSpans(workspace, rasterised([path], workspace.image), made)
  }
  workspace.draw("polygon", ring)
  return true
}

function refuse(workspace: Workspace, why: string): false {
  workspace.say(why, true)
  return false
}
