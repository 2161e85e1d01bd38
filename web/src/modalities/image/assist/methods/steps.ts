/**
 * Work in steps: a generator that stops for breath every few milliseconds, so that whoever drives it can let messages in
 * between and call it off. What it stops with, if anything, is to be awaited before it goes on. What it returns is the
 * result.
 */

export type Steps<T> = Generator<Promise<unknown> | undefined, T, void>

/** Drives work that waits for nothing to its end without a pause. */
export function finished<T>(steps: Steps<T>): T {
  for (;;) {
    const next = steps.next()
    if (next.done) return next.value
    if (next.value) throw new Error("This work waits for something: drive it from outside.")
  }
}
