/** Help with outlining: tools that follow what the image shows, and offers to be taken or refused. */

import { type Command, EDIT, type Keys, keys, OFFERS } from "#editor/commands.ts"
import type { Tool } from "#editor/tool.ts"
import { cannotEdit } from "../../host.ts"
import { needsSelection } from "../../markCommands.ts"
import { offerFitted, offerFollowed, offerSnapped, refusalToFollow } from "../assist/proposals.ts"
import { MODEL_TOOL } from "../tools/assist/model.ts"
import type { Offering } from "../tools/assist/offering.ts"
import type { Workspace } from "../workspace.ts"

const GROUP = "Assistance"

const TOOLS: readonly (readonly [id: string, title: string, keys: Keys])[] = [
  ["scissors", "Scissors: an outline that follows the edges between clicks", keys("Y")],
  ["region", "Region: what hangs together with a click in colour", keys("J")],
  ["cutout", "Cut the thing in a box out", keys("Shift+Y")],
]

function modelTools({ tools }: Workspace): readonly Tool[] {
  return tools.filter(({ id }) => id.startsWith(MODEL_TOOL))
}

function offered(id: string, title: string, key: Keys, run: (offering: Offering) => void): Command<Workspace> {
  return {
    id: `offers.${id}`,
    title,
    group: GROUP,
    modes: OFFERS,
    keys: key,
    run({ assistance }) {
      if (assistance.offering) run(assistance.offering)
    },
  }
}

export const assistCommands: readonly Command<Workspace>[] = [
  ...TOOLS.map(
    ([id, title, key]): Command<Workspace> => ({
      id: `tool.${id}`,
      title,
      group: GROUP,
      modes: EDIT,
      keys: key,
      refusal: (workspace) =>
        workspace.tools.some((tool) => tool.id === id) ? cannotEdit(workspace) : "This project has no class for it.",
      run: (workspace) => workspace.choose(id),
    }),
  ),
  {
    id: "tool.model",
    title: "Ask a model: masks of what you click on, or drag a box around",
    group: GROUP,
    modes: EDIT,
    keys: keys("Shift+S"),
    refusal: (workspace) => (modelTools(workspace).length > 0 ? cannotEdit(workspace) : "There is no model here."),
    run(workspace) {
      // With several models the key goes from one to the next.
      const tools = modelTools(workspace)
      const next = tools[(tools.indexOf(workspace.tool) + 1) % tools.length]
      if (next) workspace.choose(next.id)
    },
  },
  {
    id: "assist.snap",
    title: "Draw the selected outlines to the edges near them",
    group: GROUP,
    modes: EDIT,
    keys: keys("Shift+E"),
    refusal: needsSelection,
    run: offerSnapped,
  },
  {
    id: "assist.fit",
    title: "Draw the selected boxes tight around what is in them",
    group: GROUP,
    modes: EDIT,
    keys: keys("Shift+F"),
    refusal: needsSelection,
    run: offerFitted,
  },
  {
    id: "assist.follow",
    title: "Take over the marks of the image before, where they lie in this one",
    group: GROUP,
    modes: EDIT,
    keys: keys("Shift+D"),
    refusal: refusalToFollow,
    run: offerFollowed,
  },
  offered("accept", "Take what is offered and not refused", keys("N | Enter"), (offering) => offering.accept()),
  offered(
    "toggle",
    "Refuse this one, or take it after all",
    keys("Del", "Backspace | Del", "Del | Backspace"),
    (offering) => offering.toggle(),
  ),
  offered("next", "Next offer", keys("Tab", "Tab | Alt+.", "Tab"), (offering) => offering.step(1)),
  offered("previous", "Previous offer", keys("Shift+Tab", "Shift+Tab | Alt+,", "Shift+Tab"), (offering) =>
    offering.step(-1),
  ),
]
