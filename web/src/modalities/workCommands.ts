/** The assignment: save, hand in, skip, ask, pause, decide. */

import { type Command, DECIDE, EDIT, type Keys, keys, LABEL, REVIEW } from "#editor/commands.ts"
import type { KeyMode } from "#editor/keymap.ts"
import { goTo } from "./faults.ts"
import type { Host } from "./host.ts"

function work(
  id: string,
  title: string,
  modes: readonly KeyMode[],
  key: Keys,
  run: (workspace: Host) => void,
): Command<Host> {
  return {
    id,
    title,
    group: "Work",
    modes,
    keys: key,
    whileTyping: true,
    refusal: ({ work: at }) => (at?.phase === "open" ? null : "This work is not open."),
    run,
  }
}

export const workCommands: readonly Command<Host>[] = [
  work("save", "Save now", EDIT, keys("Ctrl+S"), (workspace) => {
    workspace.say("Saving. It also happens by itself.")
    void workspace.work?.saveNow()
  }),
  work("submit", "Submit", LABEL, keys("Ctrl+Enter", "Ctrl+Enter | Alt+Enter", "Ctrl+Enter"), ({ work: at }) => {
    void at?.submit()
  }),
  work("fault.next", "Go to what is to mend next", EDIT, keys("F8"), (workspace) => {
    const fault = workspace.work?.nextFault() ?? null
    if (fault) goTo(workspace, fault)
    workspace.say(fault ? `${fault.message} ${fault.mend ?? ""}` : "There is nothing to mend.", fault !== null)
  }),
  work("skip", "Skip this item", LABEL, keys("Ctrl+Space"), (workspace) => workspace.open("skip")),
  work("ask", "Ask the lead", [...EDIT, ...DECIDE], keys("Ctrl+/"), (workspace) => workspace.open("ask")),
  {
    ...work("pause", "Pause or go on", [...EDIT, ...DECIDE], keys("Alt+P"), ({ work: at }) =>
      at?.setPaused(at.phase === "open"),
    ),
    refusal: ({ work: at }) => (at?.phase === "open" || at?.phase === "paused" ? null : "This work is not open."),
  },
  work(
    "review.accept",
    "Accept",
    [...REVIEW, ...DECIDE],
    keys("Ctrl+Shift+Up | Ctrl+Enter"),
    ({ work: at, session }) => {
      void at?.review(session.isChanged ? "fix" : "accept", [], "")
    },
  ),
  work("review.reject", "Send back, with reasons", [...REVIEW, ...DECIDE], keys("Ctrl+Shift+Down"), (workspace) =>
    workspace.open("reject"),
  ),
]
