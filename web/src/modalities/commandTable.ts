/** The commands of a modality with those of a project's classes, and the keys that do them. */

import { type Command, Commands } from "#editor/commands.ts"
import { Keymap, readOverrides } from "#editor/keymap.ts"
import { CLASS_MODES, classCommands } from "./classCommands.ts"
import type { Host, MakeCommands } from "./host.ts"

/** How to make the commands of one project and the keymap of one person, given what there is in all projects. */
export function commandsFrom<H extends Host>(statics: readonly Command<H>[]): MakeCommands<H> {
  return (vocabulary, preset, overrides) => {
    const known = readOverrides(overrides, statics)
    const base = new Keymap(statics, preset, known)
    const beside = statics.filter(({ modes }) => modes.some((mode) => CLASS_MODES.includes(mode)))
    const taken = new Set(beside.flatMap((command) => [...base.keysOf(command.id)]))
    // A sequence such as T H needs its first key for itself.
    for (const sequence of [...taken]) taken.add(sequence.split(" ")[0] as string)
    const all: readonly Command<H>[] = [...classCommands(vocabulary, preset, taken), ...statics]
    return { commands: new Commands(all), keymap: new Keymap(all, preset, readOverrides(overrides, all)) }
  }
}
