/** Short news at the edge of the screen: something happened, and perhaps it can be undone. */

export interface ToastWords {
  tone?: "plain" | "good" | "warn" | "bad"
  title: string
  text?: string
  /** Takes the news back. Offered as a button, and as Ctrl+Z would be: the toast leaves once it is used. */
  undo?: () => void
  /** Another way on: a link or a button. */
  action?: { label: string; run?: () => void; href?: string }
  /** Milliseconds on screen; Infinity until dismissed. Left out: 6 s, 10 s with an undo, and bad news stays. */
  lastsMs?: number
}

export interface Toast extends ToastWords {
  readonly id: number
  tone: NonNullable<ToastWords["tone"]>
  lastsMs: number
}

/** More at once would cover the page; the oldest leaves first. */
const shownMost = 4

const usualMs = (words: ToastWords): number => {
  if (words.tone === "bad") return Number.POSITIVE_INFINITY
  return words.undo ? 10_000 : 6_000
}

export class ToastList {
  list = $state<Toast[]>([])
  #lastId = 0
  #held = false
  readonly #timers = new Map<
    number,
    { timer: ReturnType<typeof setTimeout> | undefined; until: number; left: number }
  >()

  /** Shows a toast and returns its id, for `dismiss`. */
  show(words: ToastWords): number {
    this.#lastId += 1
    const toast: Toast = {
      ...words,
      id: this.#lastId,
      tone: words.tone ?? "plain",
      lastsMs: words.lastsMs ?? usualMs(words),
    }
    this.list.push(toast)
    for (const old of this.list.slice(0, -shownMost)) this.dismiss(old.id)
    if (Number.isFinite(toast.lastsMs)) {
      this.#timers.set(toast.id, { timer: undefined, until: 0, left: toast.lastsMs })
      if (!this.#held) this.#start(toast.id)
    }
    return toast.id
  }

  dismiss(id: number): void {
    clearTimeout(this.#timers.get(id)?.timer)
    this.#timers.delete(id)
    this.list = this.list.filter((toast) => toast.id !== id)
  }

  /** Stops all clocks while someone reads: the pointer or the focus is on the toasts, or the page is hidden. */
  hold(): void {
    this.#held = true
    for (const clock of this.#timers.values()) {
      if (clock.timer === undefined) continue
      clearTimeout(clock.timer)
      clock.timer = undefined
      clock.left = Math.max(1_000, clock.until - Date.now())
    }
  }

  release(): void {
    this.#held = false
    for (const id of this.#timers.keys()) this.#start(id)
  }

  #start(id: number): void {
    const clock = this.#timers.get(id)
    if (!clock || clock.timer !== undefined) return
    clock.until = Date.now() + clock.left
    clock.timer = setTimeout(() => this.dismiss(id), clock.left)
  }
}

/** The toasts of this window; Toasts.svelte shows them. */
export const toasts = new ToastList()
