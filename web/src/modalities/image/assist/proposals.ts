/** What is offered for marks that are there, and what the last image offers for this one. */

import { changeable } from "#editor/actions.ts"
import type { Geometry, Mark } from "#editor/annotation.ts"
import type { Offer } from "#editor/tool.ts"
import type { Box } from "#geometry/box.ts"
import { neatPoint, type Path } from "#geometry/path.ts"
import { maskGeometry, maskSpans } from "../kinds/mask.ts"
import { placedKind } from "../kinds/table.ts"
import { Offering } from "../tools/assist/offering.ts"
import type { Workspace } from "../workspace.ts"
import type { ImageSource } from "./assistance.ts"
import { lastImage, type MarkedImage } from "./lastImage.ts"
import type { Job, Outline } from "./methods/jobs.ts"
import { isSameGeometry } from "./offers.ts"

/** Edges are looked for so far away, CSS pixels. */
const SNAP_REACH = 12
/** Less sure than this, a mark is offered as refused. */
const SURE = 0.55
/** More marks than this are not followed at once. */
const FOLLOWED_MAX = 500

/** Offers the selected outlines drawn to the edges near them. */
export function offerSnapped(workspace: Workspace): void {
  const marks = changeable(workspace.session).filter(({ kind }) => outlineOf({ kind, geometry: {} }) !== null)
  const source = sourceOf(workspace, marks, "Outlines and masks can be drawn to edges: select one.")
  if (!source) return
  const outlines = marks.map((mark) => outlineOf(mark) as Outline)
  const reach = Math.max(2, SNAP_REACH / workspace.view.scale)
  ask(
    workspace,
    { sort: "snap", image: source.url, outlines, reach },
    [source],
    (answer: { outlines: readonly Outline[] }) => {
      offerChanges(workspace, "To the edges", "edges", marks, (mark, i) =>
        geometryOf(mark, answer.outlines[i] as Outline),
      )
    },
  )
}

/** Offers the selected boxes drawn tight. */
export function offerFitted(workspace: Workspace): void {
  const marks = changeable(workspace.session).filter(({ kind }) => kind === "box")
  const source = sourceOf(workspace, marks, "Boxes can be drawn tight: select one.")
  if (!source) return
  const boxes = marks.map(({ geometry }) => placedKind("box")?.bounds(geometry) as Box)
  ask(workspace, { sort: "fit", image: source.url, boxes }, [source], (answer: { boxes: readonly (Box | null)[] }) => {
    offerChanges(workspace, "Tight boxes", "fit", marks, (_mark, i) => answer.boxes[i] as Geometry | null)
  })
}

/** Offers the marks of the image before, moved to where they lie in this one. */
export function offerFollowed(workspace: Workspace): void {
  const { session, assistance, image } = workspace
  const before = imageBefore(workspace)
  const marks = (before?.marks ?? []).filter((mark) => mayCarry(workspace, mark)).slice(0, FOLLOWED_MAX)
  const source = assistance.sources[session.asset]
  if (!before || !source || marks.length === 0) {
    workspace.say("There is no image before this one with marks to take over.", true)
    return
  }
  const boxes = marks.map((mark) => placedKind(mark.kind)?.bounds(mark.geometry) as Box)
  const job = { sort: "follow", image: before.source.url, next: source.url, boxes } as const
  ask(
    workspace,
    job,
    [before.source, source],
    ({ moves }: { moves: readonly { dx: number; dy: number; confidence: number }[] }) => {
      const offers = marks.flatMap((mark, i): Offer[] => {
        const { dx, dy, confidence } = moves[i] as (typeof moves)[number]
        const geometry = placedKind(mark.kind)?.moved(mark.geometry, dx, dy, image)
        const mended = geometry && placedKind(mark.kind)?.mended(geometry, image)
        if (!mended) return []
        const { score: _, group: _group, ...rest } = mark
        const fresh: Mark = { ...rest, id: session.newId(), geometry: mended, asset: session.asset, source: "human" }
        return [{ mark: fresh, confidence, isTaken: confidence >= SURE }]
      })
      begin(workspace, "From the image before", "follow", offers)
    },
  )
}

/** Why marks of the image before cannot be offered, or null. */
export function refusalToFollow(workspace: Workspace): string | null {
  if (!workspace.canEdit) return "Nothing can be changed now."
  return imageBefore(workspace) ? workspace.session.refusalToAdd : "No image before this one has been marked here."
}

/** The asset before this one of the same item, or the image that was handed in last. */
function imageBefore({ session, assistance }: Workspace): MarkedImage | null {
  const source = assistance.sources[session.asset - 1]
  if (session.asset === 0 || !source) return lastImage.handedIn
  const marks = [...session.marks()].filter(({ asset }) => asset === session.asset - 1)
  return { source, marks }
}

/** Whether a mark of another image means something here: its class is known and takes its kind. */
function mayCarry({ session }: Workspace, mark: Mark): boolean {
  return (
    placedKind(mark.kind) !== undefined && session.vocabulary.classOf(mark.class)?.marks.includes(mark.kind) === true
  )
}

function outlineOf({ kind, geometry }: Pick<Mark, "kind" | "geometry">): Outline | null {
  if (kind === "mask") return { spans: maskSpans(geometry) }
  if (kind === "polygon")
    return { paths: ((geometry.parts ?? []) as readonly (readonly Path[])[]).flat(), isClosed: true }
  if (kind === "polyline") return { paths: [(geometry.points ?? []) as Path], isClosed: false }
  return null
}

function geometryOf({ geometry }: Mark, outline: Outline): Geometry | null {
  if ("spans" in outline) return maskGeometry(outline.spans)
  const paths = outline.paths.map((path) => path.map(neatPoint))
  if (!outline.isClosed) return { points: paths[0] }
  let at = 0
  return { parts: (geometry.parts as readonly (readonly Path[])[]).map((part) => part.map(() => paths[at++] as Path)) }
}

function offerChanges(
  workspace: Workspace,
  label: string,
  by: string,
  marks: readonly Mark[],
  changed: (mark: Mark, index: number) => Geometry | null,
): void {
  const offers = marks.flatMap((mark, i): Offer[] => {
    const geometry = changed(mark, i)
    const kind = placedKind(mark.kind)
    const mended = geometry && kind?.mended(geometry, workspace.image)
    if (!mended || (kind?.problems(mended, workspace.image).length ?? 1) > 0) return []
    return isSameGeometry(mended, mark.geometry)
      ? []
      : [{ mark: { ...mark, geometry: mended }, confidence: null, isTaken: true }]
  })
  begin(workspace, label, by, offers)
}

function begin(workspace: Workspace, label: string, by: string, offers: readonly Offer[]): void {
  if (offers.length === 0) workspace.say("Nothing better was found.", true)
  else workspace.machine.begin(new Offering(workspace, label, offers, { by }).state)
}

function sourceOf(workspace: Workspace, marks: readonly Mark[], refusal: string): ImageSource | null {
  const source = workspace.assistance.sources[workspace.session.asset] ?? null
  if (marks.length > 0 && source) return source
  workspace.say(marks.length === 0 ? refusal : "There is no image to look at.", true)
  return null
}

/** Asks, unless something else has been begun or another image is on screen when the answer comes. */
function ask<A>(workspace: Workspace, job: Job, images: readonly ImageSource[], then: (answer: A) => void): void {
  const { session } = workspace
  const { asset } = session
  workspace.choose("select")
  workspace.say("Looking …")
  workspace.assistance.ask(
    job,
    images,
    (answer) => {
      if (session.asset === asset && !workspace.isBusy && workspace.canEdit) then(answer as A)
    },
    (problem) => workspace.say(problem, true),
  )
}
