/** Looking at submissions over one another. */

import { type Command, DECIDE, keys, REVIEW } from "#editor/commands.ts"
import { cannotEdit, type Host } from "./host.ts"
import { take } from "./take.ts"

const LAYERS_MAX = 8
/** Goes to a difference, brings it into sight and says it. */
export function goTo(host: Host, index: number): void {
  const { review } = host
  if (!review) return
  review.goTo(index)
  const difference = review.currentDifference
  if (!difference) return
  host.showDifference(difference)
  host.say(`${review.current + 1} of ${review.differences.length}: ${difference.words}`)
}

function needsDifferences({ review }: Host): string | null {
  return review && review.differences.length > 0 ? null : "The submissions do not differ."
}

export const reviewCommands: readonly Command<Host>[] = [
  {
    id: "review.next",
    title: "Next difference",
    group: "Review",
    modes: [...REVIEW, ...DECIDE],
    keys: keys("]"),
    refusal: needsDifferences,
    run: (workspace) => goTo(workspace, (workspace.review?.current ?? -1) + 1),
  },
  {
    id: "review.previous",
    title: "Previous difference",
    group: "Review",
    modes: [...REVIEW, ...DECIDE],
    keys: keys("["),
    refusal: needsDifferences,
    run: (workspace) => goTo(workspace, Math.max(0, workspace.review?.current ?? 0) - 1),
  },
  {
    id: "review.flip",
    title: "Flip through the submissions, each alone, then all",
    group: "Review",
    modes: [...REVIEW, ...DECIDE],
    keys: keys("Alt+F"),
    refusal: ({ review }) => (review && review.submissions.length > 1 ? null : "There is one submission only."),
    run(host) {
      host.say(host.review?.flip()?.name ?? "All submissions")
    },
  },
  ...Array.from(
    { length: LAYERS_MAX },
    (_, i): Command<Host> => ({
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
    (_, i): Command<Host> => ({
      id: `review.layer${i + 1}`,
      title: `Show or hide submission ${i + 1}`,
      family: "Show or hide the submission with that number",
      group: "Review",
      modes: [...REVIEW, ...DECIDE],
      keys: keys(`Alt+Shift+${i + 1}`),
      refusal: ({ review }) => (review?.submissions[i] ? null : "There is no such submission."),
      run: ({ review }) => review?.toggle(review.submissions[i]?.id ?? ""),
    }),
  ),
]
