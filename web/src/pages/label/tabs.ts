/** The tabs of one browser tell each other which turns they have open, so that no two work at one by accident. */

type Message =
  | { readonly says: "open"; readonly id: string; readonly tab: string }
  | { readonly says: "who"; readonly tab: string }
  | { readonly says: "closed"; readonly id: string; readonly tab: string }
  | { readonly says: "saved"; readonly id: string; readonly seq: number; readonly tab: string }

/** What is used of a BroadcastChannel. */
export interface Channel {
  postMessage(message: unknown): void
  onmessage: ((event: MessageEvent) => void) | null
  close(): void
}

/** So long the other tabs get to answer, milliseconds. */
const ANSWER_MS = 60

export class Tabs {
  readonly #channel: Channel | null
  readonly #tab: string
  readonly #onShared: (isShared: boolean) => void
  readonly #theirs = new Map<string, string>()
  #mine: readonly string[] = []
  /** Told when another tab has saved a draft of a turn that this one works at. */
  onSaved: (id: string, seq: number) => void = () => {}

  /** `onShared` is told whether another tab has the turn that this one works at. */
  constructor(channel: Channel | null, tab: string, onShared: (isShared: boolean) => void) {
    this.#channel = channel
    this.#tab = tab
    this.#onShared = onShared
    if (channel) channel.onmessage = ({ data }) => this.#hear(data as Message)
    this.#say({ says: "who", tab })
  }

  /** This tab has these turns open; the first one is being worked at. */
  hold(ids: readonly string[]): void {
    for (const id of this.#mine) if (!ids.includes(id)) this.#say({ says: "closed", id, tab: this.#tab })
    this.#mine = ids
    for (const id of ids) this.#say({ says: "open", id, tab: this.#tab })
    this.#tell()
  }

  /** This tab has saved a draft: the others take over what it changed, and so do not write over it. */
  saved(id: string, seq: number): void {
    this.#say({ says: "saved", id, seq, tab: this.#tab })
  }

  /** The turns that other tabs have open. */
  async elsewhere(): Promise<ReadonlySet<string>> {
    if (!this.#channel) return new Set()
    this.#theirs.clear()
    this.#say({ says: "who", tab: this.#tab })
    await new Promise((done) => setTimeout(done, ANSWER_MS))
    return new Set(this.#theirs.keys())
  }

  close(): void {
    this.hold([])
    this.#channel?.close()
  }

  #hear(message: Message): void {
    if (message.tab === this.#tab) return
    if (message.says === "who") {
      for (const id of this.#mine) this.#say({ says: "open", id, tab: this.#tab })
      return
    }
    if (message.says === "saved") {
      if (this.#mine.includes(message.id)) this.onSaved(message.id, message.seq)
      return
    }
    if (message.says === "open") this.#theirs.set(message.id, message.tab)
    else if (this.#theirs.get(message.id) === message.tab) this.#theirs.delete(message.id)
    this.#tell()
  }

  #tell(): void {
    const [at] = this.#mine
    this.#onShared(at !== undefined && this.#theirs.has(at))
  }

  #say(message: Message): void {
    this.#channel?.postMessage(message)
  }
}
