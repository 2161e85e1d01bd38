/** Speaking about marks and places. */

import { type Command, DECIDE, EDIT, keys } from "#editor/commands.ts"
import type { Pin, Thread } from "#editor/threads.ts"
import type { Host } from "./host.ts"

const noThreads = ({ threads }: Host) => (threads ? null : "There are no comments here.")

/** Begins to write about something. */
export function comment(host: Host, pin: Pin): void {
  host.threads?.begin(pin)
  host.focus("comment")
}

/** Brings a thread into sight, in the picture and in the panel. */
export function lookAtThread(host: Host, thread: Thread): void {
  host.threads?.look(thread.id)
  const mark = thread.markId === null ? undefined : host.session.mark(thread.markId)
  if (mark) host.reveal(mark)
  else host.showPlace?.(thread)
}

function walk(host: Host, by: 1 | -1): void {
  const thread = host.threads?.next(by)
  if (!thread) {
    host.say("No thread is open.")
    return
  }
  lookAtThread(host, thread)
  const last = thread.comments.at(-1)
  if (last) host.say(`${last.by === "you" ? "You" : `The ${last.by}`}: ${last.text}`)
}

export const threadCommands: readonly Command<Host>[] = [
  {
    id: "thread.new",
    title: "Comment on the selected mark, or on the place under the pointer",
    group: "Comments",
    modes: [...EDIT, ...DECIDE],
    keys: keys("Ctrl+Alt+M"),
    refusal: noThreads,
    run: (host) => comment(host, host.pinHere?.() ?? { asset: host.session.asset, markId: null, at: null }),
  },
  {
    id: "thread.next",
    title: "Go to the next open thread",
    group: "Comments",
    modes: [...EDIT, ...DECIDE],
    keys: keys("F9"),
    refusal: noThreads,
    run: (host) => walk(host, 1),
  },
  {
    id: "thread.previous",
    title: "Go to the open thread before",
    group: "Comments",
    modes: [...EDIT, ...DECIDE],
    keys: keys("Shift+F9"),
    refusal: noThreads,
    run: (host) => walk(host, -1),
  },
  {
    id: "thread.settle",
    title: "Settle the thread that is looked at, or open it again",
    group: "Comments",
    modes: [...EDIT, ...DECIDE],
    keys: keys("Ctrl+Alt+Enter"),
    whileTyping: true,
    refusal: (host) => noThreads(host) ?? (host.threads?.find(host.threads.open) ? null : "Go to a thread first."),
    run({ threads }) {
      const thread = threads?.find(threads.open)
      if (thread) void threads?.settle(thread.id, thread.settledBy === null)
    },
  },
]
