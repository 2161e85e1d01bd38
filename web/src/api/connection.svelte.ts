/** Whether the server can be reached, as the requests and the browser tell it; and when to look again. */

/** Waits between looks, in seconds: soon at first, then patient. */
const waits_s = [1, 2, 4, 8, 15, 30]

export class Connection {
  online = $state(true)
  readonly #look: () => Promise<boolean>
  #timer: ReturnType<typeof setTimeout> | undefined
  #looks = 0

  /** `look` asks the server for a sign of life and says whether it came. */
  constructor(look: () => Promise<boolean>) {
    this.#look = look
  }

  /** Follows the browser's own news of the network. Returns what stops it. */
  watch(): () => void {
    const stop = new AbortController()
    window.addEventListener("offline", () => this.lost(), { signal: stop.signal })
    // The network's return is no proof that the server is there: look at once.
    window.addEventListener("online", () => this.#lookSoon(0), { signal: stop.signal })
    return () => {
      stop.abort()
      clearTimeout(this.#timer)
    }
  }

  /** A request got an answer. */
  reached(): void {
    this.online = true
    this.#looks = 0
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  /** A request got none. */
  lost(): void {
    if (!this.online && this.#timer !== undefined) return
    this.online = false
    this.#lookSoon((waits_s[0] ?? 1) * 1_000)
  }

  #lookSoon(wait_ms: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#lookNow(), wait_ms)
  }

  async #lookNow(): Promise<void> {
    if (await this.#look()) {
      this.reached()
      return
    }
    this.online = false
    this.#looks = Math.min(this.#looks + 1, waits_s.length - 1)
    this.#lookSoon((waits_s[this.#looks] ?? 30) * 1_000)
  }
}
