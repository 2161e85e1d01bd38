/** Looking at submissions over one another. */

import { type Command, keys, REVIEW } from "#editor/commands.ts"
import { encloses, grown } from "#geometry/box.ts"
import { take } from "../take.ts"
import type { Workspace } from "../workspace.ts"
import { cannotEdit } from "./draw.ts"

const LAYERS_MAX = 8
/** A difference smaller than this on screen, CSS pixels, is zoomed to. */
const SEEN_FROM = 100

export function showDifference(workspace: Workspace, index: number): void {
  const { review } = workspace
  if (!review) return
  review.goTo(index)
  const difference = review.currentDifference
  if (!difference) return
  if (difference.box) {
    workspace.session.showAsset(difference.asset)
    const { w, h } = difference.box
    const isInSight = encloses(workspace.visible, difference.box)
    const isLargeEnough = Math.max(w, h) * workspace.view.scale >= SEEN_FROM
    // With as much around it as it is itself: a difference is judged by its surroundings.
    if (!isInSight || !isLargeEnough) workspace.zoomToBox(grown(difference.box, Math.max(w, h)))
  }
  workspace.say(`${review.current + 1} of ${review.differences.length}: ${difference.words}`)
}

function needsDifferences({ review }: Workspace): string | null {
  return review && review.differences.length > 0 ? null : "The submissions do not differ."
}

export const reviewCommands: readonly Command<Workspace>[] = [
  {
    id: "review.next",
    title: "Next difference",
    group: "Review",
    modes: REVIEW,
    keys: keys("]"),
    refusal: needsDifferences,
    run: (workspace) => showDifference(workspace, (workspace.review?.current ?? -1) + 1),
  },
  {
    id: "review.previous",
    title: "Previous difference",
    group: "Review",
    modes: REVIEW,
    keys: keys("["),
    refusal: needsDifferences,
    run: (workspace) => showDifference(workspace, Math.max(0, workspace.review?.current ?? 0) - 1),
  },
  ...Array.from(
    { length: LAYERS_MAX },
    (_, i): Command<Workspace> => ({
      id: `review.take${i + 1}`,
      title: `Take what submission ${i + 1} says of this difference`,
      family: "Take what the submission with that number says of this difference",
      group: "Review",
      modes: REVIEW,
      keys: keys(`T ${i + 1}`),
      refusal(workspace) {
        if (!workspace.review?.currentDifference) return "Go to a difference first."
        return workspace.review.submissions[i] ? cannotEdit(workspace) : "There is no such submission."
      },
      run({ review, session }) {
        if (review?.currentDifference) take(session, review.currentDifference, i)
      },
    }),
  ),
  ...Array.from(
    { length: LAYERS_MAX },
    (_, i): Command<Workspace> => ({
      id: `review.layer${i + 1}`,
      title: `Show or hide submission ${i + 1}`,
      family: "Show or hide the submission with that number",
      group: "Review",
      modes: REVIEW,
      keys: keys(`Alt+Shift+${i + 1}`),
      refusal: ({ review }) => (review?.submissions[i] ? null : "There is no such submission."),
      run: ({ review }) => review?.toggle(review.submissions[i]?.id ?? ""),
    }),
  ),
]
