/** Everything one can do in the text editor, written out, and the keys that do it. */

import { ANY, type Command, EDIT, type Keys, keys } from "#editor/commands.ts"
import { attributesCommand, searchCommand } from "../classCommands.ts"
import { commandsFrom } from "../commandTable.ts"
import { decideCommands } from "../decideCommands.ts"
import { cannotEdit, type MakeCommands } from "../host.ts"
import { deleteCommands, historyCommands, selectCommands } from "../markCommands.ts"
import { reviewCommands } from "../reviewCommands.ts"
import { threadCommands } from "../threadCommands.ts"
import { workCommands } from "../workCommands.ts"
import { SPAN, type TextWorkspace } from "./workspace.ts"

type TextCommand = Command<TextWorkspace>

function caret(id: string, title: string, key: Keys, run: (workspace: TextWorkspace) => void): TextCommand {
  const refusal = ({ texts }: TextWorkspace) => (texts.size === 0 ? "There is no text here." : null)
  return { id: `caret.${id}`, title, group: "Text", modes: EDIT, keys: key, refusal, run, repeats: true }
}

/** Alt and arrow push the far end, Ctrl+Alt and arrow the near one; with Shift by a word. */
function push(end: "start" | "end", arrow: "Left" | "Right"): TextCommand[] {
  const by = arrow === "Right" ? 1 : -1
  return [false, true].map((byWords) => ({
    id: `push.${end}.${arrow.toLowerCase()}${byWords ? ".word" : ""}`,
    title: `Move the ${end} ${arrow.toLowerCase()} by a ${byWords ? "word" : "character"}`,
    family: `Move the ${end} of the selected mark by a ${byWords ? "word" : "character"}`,
    group: "Marks",
    modes: EDIT,
    keys: keys(`${end === "end" ? "" : "Ctrl+"}Alt+${byWords ? "Shift+" : ""}${arrow}`),
    repeats: true,
    refusal: (workspace) => (workspace.session.selection.size === 1 ? cannotEdit(workspace) : "Select one mark first."),
    run: (workspace) => workspace.push(end, by, byWords),
  }))
}

const spanCommands: readonly TextCommand[] = [
  caret("right", "Next word", keys("Right"), (workspace) => workspace.step(1)),
  caret("left", "Previous word", keys("Left"), (workspace) => workspace.step(-1)),
  caret("grow", "Reach one word further", keys("Shift+Right"), (workspace) => workspace.step(1, true)),
  caret("shrink", "Reach one word less far", keys("Shift+Left"), (workspace) => workspace.step(-1, true)),
  {
    id: "caret.mark",
    title: "Mark what is reached for with the class in hand",
    group: "Text",
    modes: EDIT,
    keys: keys("Enter"),
    refusal: (workspace) => (workspace.caret ? cannotEdit(workspace) : "Go to a word first, with the arrow keys."),
    run: (workspace) => workspace.markCaret(),
  },
  ...push("end", "Right"),
  ...push("end", "Left"),
  ...push("start", "Left"),
  ...push("start", "Right"),
]

const viewCommands: readonly TextCommand[] = [
  {
    id: "cancel",
    title: "Call off, select nothing",
    group: "Text",
    modes: ANY,
    keys: keys("Esc"),
    run: (workspace) => workspace.cancel(),
  },
  {
    id: "view.help",
    title: "Keys valid now",
    group: "View",
    modes: ANY,
    keys: keys("? | F1"),
    run: (workspace) => workspace.open(workspace.opened === "help" ? null : "help"),
  },
  {
    id: "view.keys",
    title: "Change keys",
    group: "View",
    modes: ANY,
    keys: keys("Ctrl+,"),
    run: (workspace) => workspace.open("keys"),
  },
]

/** What there is where nothing is marked: arrows and Tab stay the browser's. */
const FORM_COMMANDS: readonly TextCommand[] = [
  attributesCommand,
  ...historyCommands,
  ...viewCommands,
  ...workCommands,
  ...reviewCommands,
  ...decideCommands,
  ...threadCommands,
]

export const STATIC_COMMANDS: readonly TextCommand[] = [
  searchCommand,
  ...spanCommands,
  ...selectCommands,
  ...deleteCommands,
  ...FORM_COMMANDS,
]

const forSpans = commandsFrom(STATIC_COMMANDS)
const forForms = commandsFrom(FORM_COMMANDS)

export const commandsAndKeys: MakeCommands<TextWorkspace> = (vocabulary, preset, overrides) =>
  (vocabulary.classesFor(SPAN).length > 0 ? forSpans : forForms)(vocabulary, preset, overrides)
