/** Everything one can do in the image editor, written out, and the keys that do it. */

import { type Command, Commands } from "#editor/commands.ts"
import { Keymap, type Overrides, type PresetName, readOverrides } from "#editor/keymap.ts"
import type { Vocabulary } from "#editor/ontology.ts"
import type { Workspace } from "../workspace.ts"
import { attributesCommand, classCommands, searchCommand } from "./classes.ts"
import { drawCommands } from "./draw.ts"
import { markCommands } from "./marks.ts"
import { reviewCommands } from "./review.ts"
import { selectCommands } from "./select.ts"
import { viewCommands } from "./view.ts"
import { workCommands } from "./work.ts"

export const STATIC_COMMANDS: readonly Command<Workspace>[] = [
  ...drawCommands,
  searchCommand,
  attributesCommand,
  ...selectCommands,
  ...markCommands,
  ...viewCommands,
  ...workCommands,
  ...reviewCommands,
]

/** The commands of one project and the keymap of one person. */
export function commandsAndKeys(
  vocabulary: Vocabulary,
  preset: PresetName,
  overrides: Overrides,
): { readonly commands: Commands<Workspace>; readonly keymap: Keymap } {
  const known = readOverrides(overrides, STATIC_COMMANDS)
  const base = new Keymap(STATIC_COMMANDS, preset, known)
  const taken = new Set(STATIC_COMMANDS.flatMap((command) => [...base.keysOf(command.id)]))
  // A sequence such as T H needs its first key for itself.
  for (const sequence of [...taken]) taken.add(sequence.split(" ")[0] as string)
  const all = [...classCommands(vocabulary, preset, taken), ...STATIC_COMMANDS]
  return { commands: new Commands(all), keymap: new Keymap(all, preset, readOverrides(overrides, all)) }
}
