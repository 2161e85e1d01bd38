/** What the components of one editor share. */

import { getContext, setContext } from "svelte"
import type { Commands } from "#editor/commands.ts"
import type { Keymap } from "#editor/keymap.ts"
import { keysInWords } from "#editor/keys.ts"
import { commandsAndKeys } from "./commands/table.ts"
import { follow } from "./follow.ts"
import type { Settings } from "./settings.ts"
import type { Workspace } from "./workspace.ts"

const KEY = Symbol("image editor")

export class EditorContext {
  #commands: Commands<Workspace>
  #keymap: Keymap
  readonly #followed: { readonly current: Keymap }
  #layout: ReadonlyMap<string, string> | undefined

  constructor(
    readonly workspace: Workspace,
    readonly settings: Settings,
    readonly isMac: boolean,
  ) {
    const made = this.#make()
    this.#commands = made.commands
    this.#keymap = made.keymap
    settings.topics.on("settings", () => {
      const { preset, overrides } = settings.values
      if (preset === this.#keymap.preset && overrides === this.#keymap.overrides) return
      const next = this.#make()
      this.#commands = next.commands
      this.#keymap = next.keymap
    })
    this.#followed = follow([(listener) => settings.topics.on("settings", listener)], () => this.#keymap)
  }

  get commands(): Commands<Workspace> {
    return this.#commands
  }

  get keymap(): Keymap {
    return this.#keymap
  }

  /** The keymap for components: re-read when it changes. */
  get shownKeymap(): Keymap {
    return this.#followed.current
  }

  /** The first keys of a command in words, or undefined if it has none. */
  keysOf(id: string): string | undefined {
    const [first] = this.shownKeymap.keysOf(id)
    return first === undefined ? undefined : keysInWords(first, this.isMac, this.#layout)
  }

  inWords(sequence: string): string {
    return keysInWords(sequence, this.isMac, this.#layout)
  }

  run(id: string): void {
    const refusal = this.#commands.run(id, this.workspace, this.workspace.session.mode)
    if (refusal !== null) this.workspace.say(refusal, true)
  }

  refusal(id: string): string | null {
    return this.#commands.refusal(id, this.workspace, this.workspace.session.mode)
  }

  /** Learns what is printed on this keyboard, where the browser tells. */
  async learnLayout(page: Navigator): Promise<void> {
    const keyboard = (page as { keyboard?: { getLayoutMap(): Promise<ReadonlyMap<string, string>> } }).keyboard
    try {
      this.#layout = await keyboard?.getLayoutMap()
    } catch {
      // Not allowed in a frame: the names of the keys have to do.
    }
  }

  #make(): { commands: Commands<Workspace>; keymap: Keymap } {
    const { preset, overrides } = this.settings.values
    return commandsAndKeys(this.workspace.session.vocabulary, preset, overrides)
  }
}

export function provideEditor(context: EditorContext): void {
  setContext(KEY, context)
}

export function useEditor(): EditorContext {
  return getContext<EditorContext>(KEY)
}
