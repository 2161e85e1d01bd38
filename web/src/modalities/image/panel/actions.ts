/** What can be done with the selected marks, for hands without keys: commands that suit what is selected. */

import type { Mark } from "#editor/annotation.ts"
import type { Vocabulary } from "#editor/ontology.ts"
import { placedKind } from "../kinds/table.ts"

interface Action {
  readonly id: string
  /** What is wanted of at least one of the selected marks; absent: nothing. */
  suits?(mark: Mark, vocabulary: Vocabulary): boolean
  /** So many marks are needed; absent: 1. */
  readonly least?: number
}

export interface Actions {
  readonly heading: string
  readonly ids: readonly string[]
}

const ofKind =
  (...kinds: readonly string[]) =>
  (mark: Mark) =>
    kinds.includes(mark.kind)

function make(kind: string): Action {
  return {
    id: `convert.${kind}`,
    suits: (mark, vocabulary) =>
      mark.kind !== kind &&
      (mark.kind === "polyline" || (placedKind(mark.kind)?.covered?.(mark.geometry) ?? []).length > 0) &&
      vocabulary.classOf(mark.class)?.marks.includes(kind) === true,
  }
}

/** By what the image shows: these stand beside the menu, under names of their own. */
export const HELP: readonly (Action & { readonly name: string })[] = [
  { id: "assist.fit", name: "Tight box", suits: ofKind("box") },
  { id: "assist.snap", name: "To the edges", suits: ofKind("polygon", "polyline", "mask") },
]

const ALL: readonly { readonly heading: string; readonly actions: readonly Action[] }[] = [
  {
    heading: "Shape",
    actions: [
      { id: "tool.redraw" },
      { id: "tool.join", suits: (mark) => placedKind(mark.kind)?.joined !== undefined },
      { id: "simplify", suits: ofKind("polygon", "polyline") },
      { id: "split", suits: ofKind("mask", "polygon") },
      { id: "holes.fill", suits: ofKind("mask") },
      { id: "overlap.leave", suits: ofKind("mask") },
      { id: "join", suits: ofKind("mask", "polygon"), least: 2 },
      { id: "subtract", suits: ofKind("mask", "polygon"), least: 2 },
      { id: "skeleton.swap", suits: ofKind("skeleton") },
      { id: "turn.left15" },
      { id: "turn.right15" },
    ],
  },
  { heading: "Another kind", actions: ["mask", "polygon", "polyline", "box", "rotated_box"].map(make) },
  {
    heading: "Marks",
    actions: [
      { id: "group", least: 2 },
      { id: "ungroup", suits: (mark) => mark.group !== undefined },
      { id: "flag.occluded" },
      { id: "flag.truncated" },
      { id: "order.front" },
      { id: "order.back" },
      { id: "copy" },
    ],
  },
]

/** Whether an action means something for these marks. */
export function suits({ suits: isSuited, least = 1 }: Action, marks: readonly Mark[], vocabulary: Vocabulary): boolean {
  return marks.length >= least && (!isSuited || marks.some((mark) => isSuited(mark, vocabulary)))
}

/** The commands for these marks that are not refused, under their headings; headings with none are left out. */
export function actionsFor(
  marks: readonly Mark[],
  vocabulary: Vocabulary,
  refusal: (id: string) => string | null,
): Actions[] {
  return ALL.map(({ heading, actions }) => ({
    heading,
    ids: actions
      .filter((action) => suits(action, marks, vocabulary) && refusal(action.id) === null)
      .map(({ id }) => id),
  })).filter(({ ids }) => ids.length > 0)
}
