/** A small project of texts and a workspace on it, for the tests of the text editor. */

import type { WireAnnotation } from "#editor/annotation.ts"
import type { Mode } from "#editor/keymap.ts"
import type { Ontology } from "#editor/ontology.ts"
import { Session } from "#editor/session.ts"
import { Settings } from "../settings.ts"
import { textKinds } from "./kinds/span.ts"
import { Passage } from "./passage.ts"
import { TextWorkspace } from "./workspace.ts"

export const ontology: Ontology = {
  classes: [
    { id: "person", name: "Person", color: "#0279ff", marks: ["span"] },
    { id: "place", name: "Place", color: "#d82841", marks: ["span"] },
  ],
  links: [{ id: "lives_in", name: "lives in", from: ["person"], to: ["place"] }],
}

export const TEXT = "Ada 😀 lives in Rome."

/** A workspace on TEXT and a second text; ids are n1, n2 ... */
export function workspaceOn(
  document: WireAnnotation = {},
  mode: Mode = "label",
  of: Ontology = ontology,
): TextWorkspace {
  let last = 0
  const texts = new Map<number, Passage>()
  const session = new Session({
    ontology: of,
    kinds: textKinds(texts),
    assets: [TEXT, "Second."].map((text) => ({ width: [...text].length, height: 1 })),
    document,
    mode,
    now: () => 0,
    newId: () => `n${++last}`,
  })
  const workspace = new TextWorkspace(session, new Settings(null), texts, null, null)
  workspace.textArrived(0, new Passage(TEXT))
  workspace.textArrived(1, new Passage("Second."))
  return workspace
}

export function span(id: string, start: number, end: number, classId = "person", asset = 0) {
  return { id, kind: "span", class: classId, geometry: { start, end }, asset }
}

/** Marks as [id, class, asset, start, end], in the document's order. */
export function spansOf({ session }: TextWorkspace): (string | number)[][] {
  return session.annotation().marks.map(({ id, class: classId, asset, geometry }) => {
    return [id, classId, asset, geometry.start as number, geometry.end as number]
  })
}
