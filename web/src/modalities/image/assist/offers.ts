/** Outlines that are offered and not yet in the document: new places of marks that are there, or marks to be added. */

import { exchange } from "#editor/actions.ts"
import type { Geometry, Making, Mark } from "#editor/annotation.ts"
import type { Offer } from "#editor/tool.ts"
import type { Workspace } from "../workspace.ts"

/** Whether the offer is about a mark that is there. */
function isChange(workspace: Workspace, { mark }: Offer): boolean {
  return workspace.session.mark(mark.id) !== undefined
}

/** Puts the offers that are taken into the document, as one step. */
export function takeOffers(workspace: Workspace, label: string, offers: readonly Offer[], made: Making): void {
  const taken = offers.filter(({ isTaken }) => isTaken)
  const changed = new Map<string, Pick<Mark, "kind" | "geometry" | "made">>()
  const added: Mark[] = []
  for (const offer of taken) {
    if (isChange(workspace, offer)) {
      const { id, kind, geometry } = offer.mark
      changed.set(id, { kind, geometry, ...withMaking(workspace.session.mark(id), made) })
    } else added.push({ ...offer.mark, made })
  }
  if (taken.length > 0) {
    exchange(workspace.session, label, { changed, added, select: taken.map(({ mark }) => mark.id) })
  }
  const refused = offers.length - taken.length
  const rest = refused === 0 ? "" : ` ${refused} refused.`
  workspace.say(`${label}: ${taken.length === 1 ? "1 mark" : `${taken.length} marks`}.${rest}`)
}

/** What a hand has drawn is the tool's from now on; what another tool or a model has made stays theirs, corrected. */
function withMaking(before: Mark | undefined, made: Making): Pick<Mark, "made"> {
  return before?.made || before?.source !== "human" ? {} : { made }
}

/** Whether two geometries are alike to the hundredth of a pixel. */
export function isSameGeometry(one: Geometry, other: Geometry): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
