/**
 * Work in steps: a generator that stops for breath every few milliseconds, so that whoever drives it can let messages in
 * between and call it off. What it returns is the result.
 */

export type Steps<T> = Generator<void, T, void>

/** Drives work to its end without a pause. */
export function finished<T>(steps: Steps<T>): T {
  for (;;) {
    const next = steps.next()
    if (next.done) return next.value
  }
}
