/** Which command a key means: a preset, the person's own changes over it, and the conflicts between them. */

import { isKeptByBrowser, parseKeys, writesText } from "./keys.ts"

export type PresetName = "cvat" | "label-studio" | "fairmark"

export const PRESETS: readonly { readonly id: PresetName; readonly title: string }[] = [
  { id: "fairmark", title: "Fairmark" },
  { id: "cvat", title: "Like CVAT" },
  { id: "label-studio", title: "Like Label Studio" },
]

/** What one is doing in the editor: labeling an item, reviewing submissions, or only looking. */
export type Mode = "label" | "review" | "view"

/**
 * Whose keys hold: those of a mode, or within it of a walk from mark to mark, while outlines are offered, or while one
 * decides by single keys.
 */
export type KeyMode = Mode | "attributes" | "sweep" | "offers" | "decide"

/** An action as the keymap sees it. `keys` are spellings such as "Ctrl+Z" or "T H". */
export interface KeyedCommand {
  readonly id: string
  readonly title: string
  readonly group: string
  readonly modes: readonly KeyMode[]
  readonly keys: Readonly<Record<PresetName, readonly string[]>>
  /** Commands of one family are told in one line of the help: "Move by 1 px" for the four arrows. */
  readonly family?: string
  /** Runs even while a text field has the focus. Only for chords that write no text. */
  readonly whileTyping?: boolean
}

/** A person's own keys by command id; an empty list takes the command off the keyboard. */
export type Overrides = Readonly<Record<string, readonly string[]>>

export interface Conflict {
  /** The canonical sequence that means several things. */
  readonly keys: string
  readonly commands: readonly string[]
  /** `same`: one of the commands can never run. `prefix`: the shorter one hides the longer. `browser`: never arrives. */
  readonly reason: "same" | "prefix" | "browser"
}

export type Pressed =
  | { readonly kind: "command"; readonly id: string }
  | { readonly kind: "prefix" }
  | { readonly kind: "none" }

/** The second key of a sequence must follow within this time. */
export const SEQUENCE_MS = 1200

export class Keymap {
  readonly preset: PresetName
  readonly overrides: Overrides
  readonly #commands: ReadonlyMap<string, KeyedCommand>
  readonly #sequencesOf = new Map<string, readonly string[]>()
  readonly #idsOf = new Map<string, string[]>()
  readonly #prefixes = new Map<string, string[]>()
  #begun: { chord: string; at: number } | null = null

  /** Throws SyntaxError if a preset or an override names no key. */
  constructor(commands: readonly KeyedCommand[], preset: PresetName, overrides: Overrides = {}) {
    this.preset = preset
    this.overrides = overrides
    this.#commands = new Map(commands.map((command) => [command.id, command]))
    for (const command of commands) {
      const sequences = (overrides[command.id] ?? command.keys[preset]).map(parseKeys)
      this.#sequencesOf.set(command.id, sequences)
      for (const sequence of sequences) {
        push(this.#idsOf, sequence, command.id)
        const [first, second] = sequence.split(" ")
        if (second !== undefined) push(this.#prefixes, first as string, command.id)
      }
    }
  }

  get commands(): Iterable<KeyedCommand> {
    return this.#commands.values()
  }

  /** The canonical sequences that run a command, the preferred one first. */
  keysOf(id: string): readonly string[] {
    return this.#sequencesOf.get(id) ?? []
  }

  /** The command that holds this canonical sequence in `mode`, or null. */
  holderOf(sequence: string, mode: KeyMode): KeyedCommand | null {
    for (const id of this.#idsOf.get(sequence) ?? []) {
      const command = this.#commands.get(id) as KeyedCommand
      if (command.modes.includes(mode)) return command
    }
    return null
  }

  /**
   * What a press of `chord` at `now` (milliseconds) means in `mode`. After `prefix` the next press completes the
   * sequence; one that completes nothing is taken on its own.
   */
  press(chord: string, mode: KeyMode, now: number, isTyping = false): Pressed {
    const begun = this.#begun
    this.#begun = null
    if (begun !== null && now - begun.at <= SEQUENCE_MS && !isTyping) {
      const command = this.holderOf(`${begun.chord} ${chord}`, mode)
      if (command) return { kind: "command", id: command.id }
    }
    const command = this.holderOf(chord, mode)
    if (command && (!isTyping || (command.whileTyping && !writesText(chord))))
      return { kind: "command", id: command.id }
    const leads = this.#prefixes.get(chord)?.some((id) => this.#commands.get(id)?.modes.includes(mode))
    if (!leads || isTyping) return { kind: "none" }
    this.#begun = { chord, at: now }
    return { kind: "prefix" }
  }

  /** Everything that keeps a key from doing what it says. */
  conflicts(): Conflict[] {
    const found: Conflict[] = []
    for (const [keys, ids] of this.#idsOf) {
      if (isKeptByBrowser(keys)) found.push({ keys, commands: ids, reason: "browser" })
      const clashing = ids.filter((id) => ids.some((other) => other !== id && this.#meet(id, other)))
      if (clashing.length > 0) found.push({ keys, commands: clashing, reason: "same" })
      const longer = (this.#prefixes.get(keys) ?? []).filter((other) => ids.some((id) => this.#meet(id, other)))
      if (longer.length > 0) found.push({ keys, commands: [...ids, ...longer], reason: "prefix" })
    }
    return found
  }

  #meet(a: string, b: string): boolean {
    const other = this.#commands.get(b) as KeyedCommand
    return (this.#commands.get(a) as KeyedCommand).modes.some((mode) => other.modes.includes(mode))
  }
}

/** Overrides read back from storage: unknown commands and unreadable keys are left out, one by one. */
export function readOverrides(stored: unknown, commands: Iterable<KeyedCommand>): Overrides {
  const result: Record<string, readonly string[]> = {}
  if (typeof stored !== "object" || stored === null) return result
  for (const { id } of commands) {
    const keys = (stored as Record<string, unknown>)[id]
    if (!Array.isArray(keys)) continue
    result[id] = keys.filter((each): each is string => {
      try {
        return typeof each === "string" && parseKeys(each).length > 0
      } catch {
        return false
      }
    })
  }
  return result
}

function push(lists: Map<string, string[]>, key: string, value: string): void {
  const list = lists.get(key)
  if (list) list.push(value)
  else lists.set(key, [value])
}
