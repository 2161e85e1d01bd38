/** The points of a skeleton by keys. */

import { type Command, EDIT, keys } from "#editor/commands.ts"
import { cannotEdit } from "../../host.ts"
import { heldSkeleton, putPose, swapSides, toggleAbsent, toggleHidden } from "../skeletons.ts"
import type { Workspace } from "../workspace.ts"

const GROUP = "Points"

function needsSkeleton(workspace: Workspace): string | null {
  const isPlacing = workspace.tool.id === "skeleton" && workspace.isBusy
  return isPlacing || heldSkeleton(workspace) ? cannotEdit(workspace) : "Select a skeleton first."
}

export const skeletonCommands: readonly Command<Workspace>[] = [
  {
    id: "skeleton.pose",
    title: "Put a whole skeleton into the middle of the view",
    group: "Tools",
    modes: EDIT,
    keys: keys("Shift+J"),
    refusal(workspace) {
      const isKnown = workspace.tools.some(({ id }) => id === "skeleton")
      return isKnown ? cannotEdit(workspace) : "This project has no class for it."
    },
    run: putPose,
  },
  {
    id: "point.hidden",
    title: "Point of a skeleton hidden or visible; while placing, the next one hidden",
    group: GROUP,
    modes: EDIT,
    keys: keys(";"),
    refusal: needsSkeleton,
    run: toggleHidden,
  },
  {
    id: "point.absent",
    title: "Point of a skeleton absent or there; while placing, pass over the next one",
    group: GROUP,
    modes: EDIT,
    keys: keys("Shift+;"),
    refusal: needsSkeleton,
    run: toggleAbsent,
  },
  {
    id: "skeleton.swap",
    title: "Swap left and right of a skeleton",
    group: GROUP,
    modes: EDIT,
    keys: keys("Alt+;"),
    refusal: (workspace) => (heldSkeleton(workspace) ? cannotEdit(workspace) : "Select a skeleton first."),
    run: swapSides,
  },
]
