/** Going from mark to mark: through attributes, or sweeping over a class. */

import { type Command, EDIT, type Keys, keys, WALKS } from "#editor/commands.ts"
import type { KeyMode } from "#editor/keymap.ts"
import { cannotEdit } from "../../host.ts"
import type { Walk, Walking } from "../walking.ts"
import type { Workspace } from "../workspace.ts"

const GROUP = "From mark to mark"
const ATTRIBUTES: readonly KeyMode[] = ["attributes"]
const SWEEP: readonly KeyMode[] = ["sweep"]

function begin(id: string, title: string, key: Keys, walk: Walk, classOf: (workspace: Workspace) => string | null) {
  return {
    id: `walk.${id}`,
    title,
    group: GROUP,
    modes: EDIT,
    keys: key,
    refusal: cannotEdit,
    run: (workspace: Workspace) => workspace.walking.begin(walk, classOf(workspace)),
  }
}

/** Of the selected mark, or the class in hand. */
function classMeant({ session }: Workspace): string | null {
  return session.selectedMarks[0]?.class ?? session.classInHand
}

function within(
  modes: readonly KeyMode[],
  id: string,
  title: string,
  key: Keys,
  run: (walking: Walking, workspace: Workspace) => void,
  family?: string,
): Command<Workspace> {
  return {
    id: `walk.${id}`,
    title,
    group: GROUP,
    modes,
    keys: key,
    refusal: cannotEdit,
    run: (workspace) => run(workspace.walking, workspace),
    ...(family === undefined ? {} : { family }),
  }
}

const DIGITS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]

export const walkCommands: readonly Command<Workspace>[] = [
  begin(
    "attributes",
    "Answer the attributes of every mark, one after another",
    keys("Shift+Enter", "W", "W"),
    "attributes",
    () => null,
  ),
  begin("attributes.class", "The same for the marks of this class", keys("Alt+Shift+W"), "attributes", classMeant),
  begin(
    "sweep",
    "Sweep over the marks of this class: right, another class, or gone",
    keys("Shift+W"),
    "sweep",
    classMeant,
  ),
  within(WALKS, "next", "Next mark", keys("Tab", "Tab | Alt+.", "Tab"), (walking) => walking.step(1)),
  within(WALKS, "previous", "Previous mark", keys("Shift+Tab", "Shift+Tab | Alt+,", "Shift+Tab"), (walking) =>
    walking.step(-1),
  ),
  within(ATTRIBUTES, "field.next", "Next attribute", keys("Down"), (walking) => walking.stepField(1)),
  within(ATTRIBUTES, "field.previous", "Previous attribute", keys("Up"), (walking) => walking.stepField(-1)),
  ...DIGITS.map((digit) =>
    within(
      ATTRIBUTES,
      `answer.${digit}`,
      `Answer ${digit}`,
      keys(`${digit}`),
      (walking) => walking.answer(digit),
      "Answer by the digit of an option",
    ),
  ),
  within(ATTRIBUTES, "field.focus", "Type into the attribute; Esc comes back", keys("Enter"), (walking, workspace) =>
    workspace.focus("fields", walking.field?.id ?? null),
  ),
  within(
    ATTRIBUTES,
    "field.clear",
    "Take the answer back",
    keys("Del", "Backspace | Del", "Del | Backspace"),
    (walking) => walking.clear(),
  ),
  within(SWEEP, "accept", "It is right: next", keys("Enter"), (walking) => walking.accept()),
  within(SWEEP, "delete", "Delete it: next", keys("Del", "Backspace | Del", "Del | Backspace"), (walking) =>
    walking.delete(),
  ),
]
