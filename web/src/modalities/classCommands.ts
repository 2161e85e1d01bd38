/** One command for each class, with the key the project gave it or the next free digit. */

import { relabel } from "#editor/actions.ts"
import { type Command, EDIT, keys } from "#editor/commands.ts"
import type { KeyMode, PresetName } from "#editor/keymap.ts"
import { parseKeys } from "#editor/keys.ts"
import type { Vocabulary } from "#editor/ontology.ts"
import { cannotEdit, type Host } from "./host.ts"

/** Where the key of a class means the class. */
export const CLASS_MODES: readonly KeyMode[] = [...EDIT, "sweep"]

const DIGITS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0"]

/**
 * The key of each class, by class id. A key the project chose counts unless the preset needs it for something else,
 * so that a person's hands find the same tools in every project; classes without one get the digits that are left.
 */
export function classKeys(vocabulary: Vocabulary, taken: ReadonlySet<string>): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  const used = new Set(taken)
  for (const { id, key } of vocabulary.classes) {
    if (!key || used.has(parseKeys(key))) continue
    found.set(id, key)
    used.add(parseKeys(key))
  }
  const free = DIGITS.filter((digit) => !used.has(parseKeys(digit)))
  for (const { id } of vocabulary.classes) {
    if (found.has(id)) continue
    const digit = free.shift()
    if (digit === undefined) break
    found.set(id, digit)
  }
  return found
}

/** `taken`: the canonical sequences that other commands of the preset hold. */
export function classCommands(vocabulary: Vocabulary, preset: PresetName, taken: ReadonlySet<string>): Command<Host>[] {
  const keyOf = classKeys(vocabulary, taken)
  return vocabulary.classes.flatMap(({ id, name }): Command<Host>[] => {
    const key = keyOf.get(id) ?? ""
    // Ctrl+0 shows the whole image: such a class is assigned without a key of its own.
    const isDigit = /^\d$/.test(key) && !taken.has(parseKeys(`Ctrl+${key}`))
    return [
      {
        id: `class.use.${id}`,
        title: name,
        group: "Classes",
        modes: CLASS_MODES,
        keys: keysIn(preset, key),
        refusal: cannotEdit,
        run: (workspace) => workspace.useClass(id),
      },
      {
        id: `class.assign.${id}`,
        title: `Label the selection as ${name}`,
        family: "Label the selection as the class with that digit",
        group: "Classes",
        modes: EDIT,
        keys: keysIn(preset, isDigit ? `Ctrl+${key}` : ""),
        refusal: (workspace) =>
          workspace.session.selection.size === 0 ? "Select a mark first." : cannotEdit(workspace),
        run: (workspace) => relabel(workspace.session, workspace.session.selection, id),
      },
    ]
  })
}

function keysIn(preset: PresetName, key: string) {
  return { ...keys(""), [preset]: key === "" ? [] : [key] }
}

export const searchCommand: Command<Host> = {
  id: "class.search",
  title: "Find a class by name",
  group: "Classes",
  modes: EDIT,
  keys: keys("/"),
  refusal: cannotEdit,
  run: (workspace) => workspace.focus("classes"),
}

export const attributesCommand: Command<Host> = {
  id: "attributes.focus",
  title: "Go to the attributes and questions",
  group: "Classes",
  modes: EDIT,
  keys: keys("Alt+Enter", "Shift+Enter", "Shift+Enter"),
  run: (workspace) => workspace.focus("fields"),
}
