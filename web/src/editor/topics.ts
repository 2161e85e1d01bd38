/** Who wants to know what. Listeners of one topic never hear of another, so a list redraws only for what it shows. */

export class Topics<Name extends string> {
  readonly #listeners = new Map<Name, Set<() => void>>()

  /** Calls `listener` after each change of `topic`; returns how to stop it. */
  on(topic: Name, listener: () => void): () => void {
    let listeners = this.#listeners.get(topic)
    if (!listeners) {
      listeners = new Set()
      this.#listeners.set(topic, listeners)
    }
    const all = listeners
    all.add(listener)
    return () => all.delete(listener)
  }

  tell(topic: Name): void {
    for (const listener of this.#listeners.get(topic) ?? []) listener()
  }
}
