/** The one place where the editor's plain objects meet Svelte. */

import { createSubscriber } from "svelte/reactivity"

/** Something that calls a listener after each change and returns how to stop. */
export type Source = (listener: () => void) => () => void

/** A value that components re-read after changes of its sources, at most once per frame. */
export function follow<T>(sources: readonly Source[], read: () => T): { readonly current: T } {
  const subscribe = createSubscriber((update) => {
    let due = 0
    const later = () => {
      if (due === 0) {
        due = requestAnimationFrame(() => {
          due = 0
          update()
        })
      }
    }
    const stops = sources.map((source) => source(later))
    return () => {
      cancelAnimationFrame(due)
      for (const stop of stops) stop()
    }
  })
  return {
    get current() {
      subscribe()
      return read()
    },
  }
}
