/** Tells the work what the browser knows: whether anyone is there, and whether the network is. */

import type { Clock } from "./port.ts"
import type { Work } from "./work.ts"

const SIGNS_OF_LIFE = ["pointermove", "pointerdown", "keydown", "wheel", "touchstart", "scroll"] as const
/** Pointer moves come by the hundred; one a second says as much. */
const SIGN_EVERY_MS = 1000
/** After so long away, the person may have gone on with another device. */
export const AWAY_MS = 20_000

/** Begins to watch; returns how to stop. */
export function watchPresence(work: Work, page: Window, clock: Clock): () => void {
  const stop = new AbortController()
  const { signal } = stop
  let lastSign = 0
  work.meter.setVisible(page.document.visibilityState === "visible", clock.now())
  work.meter.setFocused(page.document.hasFocus(), clock.now())

  const seen = () => {
    const now = clock.now()
    if (now - lastSign < SIGN_EVERY_MS) return
    lastSign = now
    work.meter.input(now)
  }
  for (const sign of SIGNS_OF_LIFE) page.addEventListener(sign, seen, { signal, passive: true, capture: true })
  let left = page.document.hasFocus() ? null : clock.now()
  const away = () => {
    left ??= clock.now()
  }
  const back = () => {
    if (left !== null && clock.now() - left >= AWAY_MS) void work.lookAgain()
    left = null
  }
  page.addEventListener(
    "focus",
    () => {
      work.meter.setFocused(true, clock.now())
      back()
    },
    { signal },
  )
  page.addEventListener(
    "blur",
    () => {
      work.meter.setFocused(false, clock.now())
      away()
    },
    { signal },
  )
  page.addEventListener("online", () => work.networkIsBack(), { signal })
  page.addEventListener("pagehide", () => work.leave(), { signal })
  page.document.addEventListener(
    "visibilitychange",
    () => {
      const isVisible = page.document.visibilityState === "visible"
      work.meter.setVisible(isVisible, clock.now())
      if (isVisible) back()
      else {
        away()
        work.leave()
      }
    },
    { signal },
  )
  return () => stop.abort()
}
