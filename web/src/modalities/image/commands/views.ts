/** The images of an item: which of them is in hand, and how they stand on screen. */

import { type Command, type Keys, keys, LOOK } from "#editor/commands.ts"
import { pickImage } from "../views/picking.ts"
import type { Workspace } from "../workspace.ts"

function next(by: 1 | -1, name: string, key: Keys): Command<Workspace> {
  return {
    id: `view.asset.${name}`,
    title: `${name === "next" ? "Next" : "Previous"} image of this item`,
    group: "View",
    modes: LOOK,
    keys: key,
    repeats: true,
    refusal: ({ session }) => (session.assets[session.asset + by] ? null : "This item has no further image."),
    run({ session }) {
      session.showAsset(session.asset + by)
      session.say(`Image ${session.asset + 1} of ${session.assets.length}.`)
    },
  }
}

function onSet(id: string, title: string, key: string, run: (workspace: Workspace) => void): Command<Workspace> {
  return {
    id: `views.${id}`,
    title,
    group: "View",
    modes: LOOK,
    keys: keys(key),
    refusal: ({ views }) => (views.isSet ? null : "This item has one image."),
    run,
  }
}

export const viewsCommands: readonly Command<Workspace>[] = [
  next(1, "next", keys("PageDown")),
  next(-1, "previous", keys("PageUp")),
  onSet("sideBySide", "Images of this item side by side, or one alone", "Alt+I", ({ settings, session }) => {
    settings.set({ sideBySide: !settings.values.sideBySide })
    session.say(settings.values.sideBySide ? "Side by side." : "One image alone.")
  }),
  {
    ...onSet("away", "Take this image of the item away from the others; the strip has it", "Alt+K", (workspace) =>
      pickImage(workspace, workspace.session.asset),
    ),
    refusal: ({ views }) => (views.shown.length > 1 ? null : "One image is shown alone."),
  },
  onSet("linked", "Zoom and move them together, or each alone", "Alt+Shift+I", ({ settings, session }) => {
    settings.set({ linkedViews: !settings.values.linkedViews })
    session.say(settings.values.linkedViews ? "All views move together." : "Each view moves alone.")
  }),
]

/** Groups of commands that act on what is selected. */
const OF_SELECTION: ReadonlySet<string> = new Set(["Marks", "Move and resize", "Points", "Masks and areas"])
/** Of other groups; and those of these that are about the image in hand, whatever is selected. */
const ALSO: ReadonlySet<string> = new Set(["tool.redraw", "tool.join", "select.class"])
const NEVER = /^(paste|delete\.all$|brush\.)/

/**
 * The commands, those about the selection taking its image in hand first: the pointer may rest over another image, and what
 * is done is done by the size, and among the marks, of its own.
 */
export function onImageOfSelection(commands: readonly Command<Workspace>[]): Command<Workspace>[] {
  return commands.map((command) => {
    const isOfSelection = (OF_SELECTION.has(command.group) && !NEVER.test(command.id)) || ALSO.has(command.id)
    if (!isOfSelection) return command
    return {
      ...command,
      run(workspace) {
        // A gesture under way has its own image in hand: Del takes its last point.
        if (!workspace.isBusy) workspace.takeImageOf()
        command.run(workspace)
      },
    }
  })
}
