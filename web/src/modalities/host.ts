/** What the parts around an editor need of it, whatever is edited: dialogs, fields, the bar that hands in. */

import { getContext, setContext } from "svelte"
import type { Mark } from "#editor/annotation.ts"
import type { Commands } from "#editor/commands.ts"
import type { KeyMode, Keymap, Overrides, PresetName } from "#editor/keymap.ts"
import { keysInWords } from "#editor/keys.ts"
import type { Vocabulary } from "#editor/ontology.ts"
import type { Session } from "#editor/session.ts"
import type { Pin, Threads } from "#editor/threads.ts"
import type { Work } from "#editor/work.ts"
import { follow } from "./follow.ts"
import type { Difference, Review } from "./review.ts"
import type { Settings } from "./settings.ts"
import type { Reason } from "./start.ts"

/** What floats over the editor; at most one of them at a time. */
export type Opened = "help" | "keys" | "display" | "skip" | "ask" | "reject" | null

/** `comment`: what is being written. `thread`: the answer to the thread that is looked at. */
export type Focus = "classes" | "fields" | "stage" | "comment" | "thread"

/** An editor without its looks. */
export interface Host {
  /** `opened`: what floats. `wanted`: focus. `live`: what is pointed at. */
  readonly topics: { on(topic: "opened" | "wanted" | "live", listener: () => void): () => void }
  readonly session: Session
  readonly settings: Settings
  /** Null for a viewer. */
  readonly work: Work | null
  /** Null unless reviewing. */
  readonly review: Review | null
  /** Null where nothing can be said. */
  readonly threads: Threads | null
  readonly opened: Opened
  /** Where the panel shall put the focus; a new object each time it is asked for. */
  readonly wanted: { readonly focus: Focus; readonly field: string | null } | null
  readonly canEdit: boolean
  /** The mark that the pointer is at. */
  readonly hovered: string | null
  /** How a mark is made, for who has made none yet; "" where nothing can be. */
  readonly howTo: string
  open(what: Opened): void
  /** Puts the focus on a part of the editor; of the fields on `field`, or the first. */
  focus(on: Focus, field?: string | null): void
  /** A class is chosen: for the selection, or for the next mark. */
  useClass(classId: string): void
  hover(id: string | null): void
  /** Puts a drawing tool down: what follows is about marks that are there. */
  putDown(): void
  /** Brings a mark into sight. */
  reveal(mark: Mark): void
  /** Shows marks as well as can be. */
  lookAt(marks: readonly Mark[]): void
  /** Selects a mark and brings it into sight. */
  show(mark: Mark): void
  /** Brings into sight where submissions differ. */
  showDifference(difference: Difference): void
  say(text: string, urgent?: boolean): void
  /** What a comment made now is about; absent: the item as a whole. */
  pinHere?(): Pin
  /** Brings the place of a pin into sight. */
  showPlace?(pin: Pin): void
  /** Takes back the last step of a mark that is being drawn; false, or absent, if none is. */
  stepBack?(): boolean
  /** Points a relation between marks out, and selects them; absent where the editor draws none. */
  selectLink?(id: string): void
  /** The relation that is pointed out, or null. */
  readonly chosenLink?: string | null
  /** Takes out the point of the selected mark that keys act on; false, or absent, if there is none. */
  deletePoint?(): boolean
  /** Why work can be sent back, in the order of their digits. */
  rejectReasons: readonly Reason[]
  /** Whether a gesture is under way. */
  readonly isBusy?: boolean
  /** Whose keys hold, while these are not those of the session's mode. */
  readonly keyMode?: KeyMode
  /** Stops listening to the session. */
  destroy(): void
}

export function cannotEdit(host: Host): string | null {
  return host.canEdit ? null : "Nothing can be changed now."
}

export function keyModeOf(host: Host): KeyMode {
  const mode = host.keyMode ?? host.session.mode
  return mode === "review" && host.settings.values.decides ? "decide" : mode
}

/** The commands of one project and the keymap of one person. */
export type MakeCommands<H> = (
  vocabulary: Vocabulary,
  preset: PresetName,
  overrides: Overrides,
) => { readonly commands: Commands<H>; readonly keymap: Keymap }

const KEY = Symbol("editor")

/** What the components of one editor share. */
export class EditorContext<H extends Host = Host> {
  readonly #build: MakeCommands<H>
  #commands: Commands<H>
  #keymap: Keymap
  readonly #followed: { readonly current: Keymap }
  #layout: ReadonlyMap<string, string> | undefined

  constructor(
    readonly workspace: H,
    readonly settings: Settings,
    readonly isMac: boolean,
    build: MakeCommands<H>,
  ) {
    this.#build = build
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

  get commands(): Commands<H> {
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
    const refusal = this.#commands.run(id, this.workspace, keyModeOf(this.workspace))
    if (refusal !== null) this.workspace.say(refusal, true)
  }

  refusal(id: string): string | null {
    return this.#commands.refusal(id, this.workspace, keyModeOf(this.workspace))
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

  #make(): { commands: Commands<H>; keymap: Keymap } {
    const { preset, overrides } = this.settings.values
    return this.#build(this.workspace.session.vocabulary, preset, overrides)
  }
}

export function provideHost(context: EditorContext): void {
  setContext(KEY, context)
}

export function useHost(): EditorContext {
  return getContext<EditorContext>(KEY)
}
