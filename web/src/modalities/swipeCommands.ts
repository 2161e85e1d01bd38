/** Swiping between two versions. */

import { type Command, DECIDE, keys, REVIEW } from "#editor/commands.ts"
import type { Host } from "./host.ts"
import { STEP } from "./swipe.ts"

function swipe(id: string, title: string, key: string, run: (host: Host) => void, repeats = false): Command<Host> {
  return {
    id,
    title,
    group: "Review",
    modes: [...REVIEW, ...DECIDE],
    keys: keys(key),
    repeats,
    refusal: ({ review }) => (review && review.swipe.pairs.length > 0 ? null : "There is no other version."),
    run,
  }
}

function say(host: Host): void {
  const pair = host.review?.swipe.pair
  host.say(pair ? `Left: ${pair[0].name}. Right: ${pair[1].name}.` : "All versions over one another.")
}

function moved(by: number) {
  return ({ review }: Host) => {
    if (!review) return
    if (!review.swipe.pair) review.swipe.toggle()
    review.swipe.put(review.swipe.at + by)
  }
}

export const swipeCommands: readonly Command<Host>[] = [
  swipe("review.swipe", "Swipe between two versions, or not any more", "Alt+Shift+F", (host) => {
    host.review?.swipe.toggle()
    say(host)
  }),
  swipe("review.swipeNext", "Swipe between the next two versions", "Ctrl+Alt+F", (host) => {
    host.review?.swipe.next()
    say(host)
  }),
  swipe("review.swipeLeft", "Divider to the left", "Ctrl+Alt+,", moved(-STEP), true),
  swipe("review.swipeRight", "Divider to the right", "Ctrl+Alt+.", moved(STEP), true),
]
