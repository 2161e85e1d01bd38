/** Asking again every few seconds, while somebody looks. */

import { untrack } from "svelte"

/**
 * Runs `ask` now and then `seconds` after each time it has ended; not while the window is hidden, but at once when it
 * comes back. `ask` handles its own errors. Returns what stops it.
 */
export function poll(ask: () => Promise<unknown>, seconds: number): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let stopped = false
  let running = false
  async function turn() {
    if (stopped || running || document.hidden) return
    running = true
    try {
      await ask()
    } finally {
      running = false
      if (!stopped) timer = setTimeout(turn, seconds * 1_000)
    }
  }
  function onvisible() {
    clearTimeout(timer)
    void turn()
  }
  document.addEventListener("visibilitychange", onvisible)
  // What the first question reads must not bind an effect that starts the asking: it would start anew with each answer.
  untrack(() => void turn())
  return () => {
    stopped = true
    clearTimeout(timer)
    document.removeEventListener("visibilitychange", onvisible)
  }
}
