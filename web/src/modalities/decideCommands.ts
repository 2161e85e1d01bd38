/** Deciding on one task after another by single keys, for reviewers who seldom have to change anything. */

import { type Command, DECIDE, keys, REVIEW } from "#editor/commands.ts"
import type { KeyMode } from "#editor/keymap.ts"
import type { Host } from "./host.ts"

/** Reasons that have a digit of their own. */
export const DIGITS = 9

/** What to do about a decision that cannot be made now; null if it can. */
function notNow({ work }: Host): string | null {
  if (work?.phase === "open") return null
  return work?.phase === "paused" ? "Go on first: the time of a break is not counted." : "This task is decided."
}

/** Undoing the last decision is one key while single keys decide; among the keys that draw it has a chord of its own. */
const takeBack = (id: string, modes: readonly KeyMode[], spelling: string): Command<Host> => ({
  id,
  title: "Undo the last decision: its task comes back",
  group: "Review",
  modes,
  keys: keys(spelling),
  refusal: ({ work }) => (work?.resting ? null : "There is no decision to undo: the last one is sent."),
  run: ({ work }) => void work?.takeBack(),
})

export const decideCommands: readonly Command<Host>[] = [
  {
    id: "decide.toggle",
    title: "Decide by single keys, or not any more",
    group: "Review",
    modes: [...REVIEW, ...DECIDE],
    keys: keys("Alt+U"),
    run(host) {
      const decides = !host.settings.values.decides
      host.settings.set({ decides })
      host.say(decides ? "A accepts, digits send back." : "Keys draw and change again.")
    },
  },
  {
    id: "decide.accept",
    title: "Accept, and go on",
    group: "Review",
    modes: DECIDE,
    keys: keys("A | Enter"),
    refusal: notNow,
    run({ work, session }) {
      void work?.review(session.isChanged ? "fix" : "accept", [], "")
    },
  },
  {
    id: "decide.fix",
    title: "Change something, then go on deciding",
    group: "Review",
    modes: DECIDE,
    keys: keys("E"),
    refusal: notNow,
    run(host) {
      const { settings, work } = host
      settings.set({ decides: false })
      const stop = work?.topics.on("phase", () => {
        if (work.phase !== "ended") return
        stop?.()
        settings.set({ decides: true })
      })
      host.say("Change it; Ctrl+Enter accepts it with your changes and goes on.")
    },
  },
  {
    id: "decide.skip",
    title: "Skip: somebody else decides",
    group: "Review",
    modes: DECIDE,
    keys: keys("S"),
    refusal: notNow,
    run: ({ work }) => void work?.skip({ reason: "unsure", note: "" }),
  },
  takeBack("decide.takeBack", DECIDE, "Backspace | Ctrl+Z"),
  takeBack("review.takeBack", REVIEW, "Alt+Backspace"),
  ...Array.from(
    { length: DIGITS },
    (_, i): Command<Host> => ({
      id: `decide.reject${i + 1}`,
      title: `Send back for reason ${i + 1}, and go on`,
      family: "Send back for the reason with that number, and go on",
      group: "Review",
      modes: DECIDE,
      keys: keys(`${i + 1}`),
      refusal: (host) => (host.rejectReasons[i] ? notNow(host) : `There is no reason ${i + 1}.`),
      run({ work, rejectReasons }) {
        const reason = rejectReasons[i]
        if (reason) void work?.review("reject", [reason.id], "")
      },
    }),
  ),
]
