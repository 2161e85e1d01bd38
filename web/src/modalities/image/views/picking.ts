/** Which images of an item stand side by side is the person's choice. */

import type { Workspace } from "../workspace.ts"

/** Puts an image of the item beside the others, or takes it away, and says so. */
export function pickImage(workspace: Workspace, asset: number): void {
  const { views, session } = workspace
  if (workspace.isBusy) {
    workspace.say("Finish what is under way first, or call it off with Escape.", true)
    return
  }
  const isThere = views.pick(asset)
  const image = `Image ${asset + 1} of ${session.assets.length}`
  if (!isThere) workspace.say(`${image} is taken away.`)
  else workspace.say(views.shown.length > 1 ? `${image} stands beside the others.` : `${image} is the only one shown.`)
}
