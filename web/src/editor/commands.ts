/** The registry of everything one can do: what keys, buttons, the help overlay and the key dialog are made from. */

import type { KeyedCommand, KeyMode, PresetName } from "./keymap.ts"

/** An action on `Host`, the editor of one modality. */
export interface Command<Host> extends KeyedCommand {
  /** Why it cannot run now, in words for a hint; null if it can. Absent: it always can. */
  refusal?(host: Host): string | null
  run(host: Host): void
  /** Holding the key down repeats it. */
  readonly repeats?: boolean
}

export type Keys = Readonly<Record<PresetName, readonly string[]>>

/** Keys of a command: those of all presets, or of CVAT, Label Studio and Fairmark in turn. "" stands for none. */
export function keys(all: string): Keys
export function keys(cvat: string, labelStudio: string, fairmark: string): Keys
export function keys(cvat: string, labelStudio = cvat, fairmark = cvat): Keys {
  const list = (text: string) => text.split(" | ").filter((each) => each !== "")
  return { cvat: list(cvat), "label-studio": list(labelStudio), fairmark: list(fairmark) }
}

export const LABEL: readonly KeyMode[] = ["label"]
export const EDIT: readonly KeyMode[] = ["label", "review"]
export const REVIEW: readonly KeyMode[] = ["review"]
export const ANY: readonly KeyMode[] = ["label", "review", "view"]
/** Walks from mark to mark: their own few keys, and those that only look. */
export const WALKS: readonly KeyMode[] = ["attributes", "sweep"]
/** While outlines are offered. */
export const OFFERS: readonly KeyMode[] = ["offers"]
/** A reviewer decides by single keys: their own few, and those that only look. */
export const DECIDE: readonly KeyMode[] = ["decide"]
export const LOOK: readonly KeyMode[] = [...ANY, ...WALKS, ...OFFERS, ...DECIDE]

export class Commands<Host> {
  readonly #byId: ReadonlyMap<string, Command<Host>>

  /** Throws RangeError if two commands share an id: wiring is written out, so that is a slip of ours. */
  constructor(readonly all: readonly Command<Host>[]) {
    this.#byId = new Map(all.map((command) => [command.id, command]))
    if (this.#byId.size !== all.length) throw new RangeError("Two commands share one id.")
  }

  get(id: string): Command<Host> {
    const command = this.#byId.get(id)
    if (!command) throw new RangeError(`No command is called ${id}.`)
    return command
  }

  /** Why the command cannot run now, or null. */
  refusal(id: string, host: Host, mode: KeyMode): string | null {
    const command = this.get(id)
    if (!command.modes.includes(mode)) return "Not available here."
    return command.refusal?.(host) ?? null
  }

  /** Runs the command if it can; returns the reason if it cannot. */
  run(id: string, host: Host, mode: KeyMode): string | null {
    const refusal = this.refusal(id, host, mode)
    if (refusal === null) this.get(id).run(host)
    return refusal
  }
}
