/**
 * Comments on their way to the server. What is said is put here first and stays, with its key, until the server has it:
 * through a lost network, a reload and a closed browser.
 */

import { asPortError, type Clock } from "#editor/port.ts"
import type { Said, Thread } from "#editor/threads.ts"

export interface Letter {
  readonly assignmentId: string
  readonly orgId: string
  /** Who says it: another person in this browser must not send it. */
  readonly personId: string
  readonly said: Said
}

export interface MailboxParts {
  readonly storage: Pick<Storage, "getItem" | "setItem"> | null
  readonly personId: string
  readonly clock: Clock
  /** Sends one. Rejects with a PortError. */
  readonly send: (letter: Letter) => Promise<Thread>
}

const KEY = "fairmark.unsaid"
const RETRY_FIRST_MS = 1000
const RETRY_MAX_MS = 30_000

export class Mailbox {
  readonly #parts: MailboxParts
  readonly #sending = new Map<string, Promise<Thread>>()
  readonly #waiting = new Set<() => void>()
  readonly #spokenAt = new Set<string>()

  constructor(parts: MailboxParts) {
    this.#parts = parts
  }

  /** What was said at an assignment and is not there yet. */
  unsaid(assignmentId: string): readonly Said[] {
    return this.#mine()
      .filter((letter) => letter.assignmentId === assignmentId)
      .map(({ said }) => said)
  }

  /** Whether something was said at an assignment from this page: an answer asked for before may not know of it. */
  hasSpokenAt(assignmentId: string): boolean {
    return this.#spokenAt.has(assignmentId)
  }

  /** Keeps a letter and sends it until the server has it; one that is on its way is not sent beside itself. Rejects if refused. */
  speak(letter: Letter): Promise<Thread> {
    const { key } = letter.said
    const under = this.#sending.get(key)
    if (under) return under
    this.#spokenAt.add(letter.assignmentId)
    this.#store([...this.#all().filter(({ said }) => said.key !== key), letter])
    const sending = this.#deliver(letter).finally(() => {
      this.#sending.delete(key)
      this.#store(this.#all().filter(({ said }) => said.key !== key))
    })
    this.#sending.set(key, sending)
    return sending
  }

  /** Sends what earlier visits left; what is refused then nobody waits for any more. */
  flush(): void {
    for (const letter of this.#mine()) this.speak(letter).catch(() => undefined)
  }

  networkIsBack(): void {
    for (const wake of [...this.#waiting]) wake()
  }

  async #deliver(letter: Letter): Promise<Thread> {
    for (let failures = 0; ; failures++) {
      try {
        return await this.#parts.send(letter)
      } catch (thrown) {
        const error = asPortError(thrown)
        if (error.kind !== "offline" && error.kind !== "busy") throw error
        const backOff = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** failures)
        await this.#pause(Math.max(backOff, error.details.retryAfter_ms ?? 0))
      }
    }
  }

  #pause(delay_ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        callOff()
        this.#waiting.delete(wake)
        resolve()
      }
      const callOff = this.#parts.clock.after(delay_ms, wake)
      this.#waiting.add(wake)
    })
  }

  #mine(): Letter[] {
    return this.#all().filter(({ personId }) => personId === this.#parts.personId)
  }

  #all(): Letter[] {
    try {
      const kept = JSON.parse(this.#parts.storage?.getItem(KEY) ?? "[]")
      return Array.isArray(kept) ? kept : []
    } catch {
      return []
    }
  }

  #store(letters: readonly Letter[]): void {
    try {
      this.#parts.storage?.setItem(KEY, JSON.stringify(letters))
    } catch {
      // Without storage they last as long as the page, and are sent all the same.
    }
  }
}
