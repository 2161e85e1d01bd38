/** Work that no frame waits for. */

/** It is done at last, however busy the page is. */
const WITHIN_MS = 100

/** Calls `then` between frames, once there is nothing more urgent; returns what calls it off. */
export function whenIdle(then: () => void): () => void {
  // Not every browser says when it is idle.
  if (!("requestIdleCallback" in globalThis)) {
    const timer = setTimeout(then, 0)
    return () => clearTimeout(timer)
  }
  const request = requestIdleCallback(then, { timeout: WITHIN_MS })
  return () => cancelIdleCallback(request)
}
