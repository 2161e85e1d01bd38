/** What is done with marks of whatever kind: choosing them without a pointer, deleting, going back. */

import { deleteMarks } from "#editor/actions.ts"
import type { Mark } from "#editor/annotation.ts"
import { ANY, type Command, EDIT, type Keys, keys, WALKS } from "#editor/commands.ts"
import { boundsOf } from "#editor/kind.ts"
import { cannotEdit, type Host } from "./host.ts"

/**
 * The marks that can be chosen, by place: rows from the top, each from the left; of the asset on screen, or of all of
 * them, one after another.
 */
export function inReadingOrder({ session }: Host, where: "here" | "everywhere" = "here"): Mark[] {
  const placed = [...session.marks()].flatMap((mark) => {
    const place = boundsOf(session.kinds, mark)
    if (!place || (where === "here" && mark.asset !== session.asset) || session.isHidden(mark)) return []
    const { x, y, h } = place
    return [{ mark, x, y: y + h / 2 }]
  })
  // Rows of a tenth of the image: marks side by side are read from the left though one lies a little lower.
  const rows = session.assets.map(({ height }) => Math.max(1, height / 10))
  const rowOf = ({ mark, y }: { mark: Mark; y: number }) => Math.floor(y / (rows[mark.asset] ?? 1))
  placed.sort((a, b) => a.mark.asset - b.mark.asset || rowOf(a) - rowOf(b) || a.x - b.x || a.y - b.y)
  return placed.map((each) => each.mark)
}

function step(host: Host, by: 1 | -1): void {
  const marks = inReadingOrder(host, "everywhere")
  const [current] = host.session.selection
  const at = marks.findIndex((mark) => mark.id === current)
  // With nothing selected the way begins at the asset on screen.
  const here = marks.findIndex((mark) => mark.asset >= host.session.asset)
  const from = at >= 0 ? at : by > 0 ? here - 1 : Math.max(0, here)
  const next = marks[(from + by + marks.length) % marks.length]
  if (!next) return
  host.session.showAsset(next.asset)
  host.session.select([next.id])
  host.reveal(next)
  const name = host.session.vocabulary.classOf(next.class)?.name ?? next.class
  const at1 = ((from + by + marks.length) % marks.length) + 1
  host.say(`${name}, ${host.session.kindOf(next)?.words(next.geometry, next.asset)}, ${at1} of ${marks.length}`)
}

function needsMarks(host: Host): string | null {
  return inReadingOrder(host).length === 0 ? "There are no marks yet." : null
}

function needsMarksAnywhere(host: Host): string | null {
  return inReadingOrder(host, "everywhere").length === 0 ? "There are no marks yet." : null
}

export const selectCommands: readonly Command<Host>[] = [
  {
    id: "select.next",
    title: "Next mark by place",
    group: "Selection",
    modes: ANY,
    keys: keys("Tab", "Tab | Alt+.", "Tab"),
    refusal: needsMarksAnywhere,
    repeats: true,
    run: (host) => step(host, 1),
  },
  {
    id: "select.previous",
    title: "Previous mark",
    group: "Selection",
    modes: ANY,
    keys: keys("Shift+Tab", "Shift+Tab | Alt+,", "Shift+Tab"),
    refusal: needsMarksAnywhere,
    repeats: true,
    run: (host) => step(host, -1),
  },
  {
    id: "select.all",
    title: "Select all",
    group: "Selection",
    modes: EDIT,
    keys: keys("Ctrl+A"),
    refusal: needsMarks,
    run(host) {
      const { session } = host
      const all = inReadingOrder(host).filter((mark) => !session.locked.has(mark.id))
      host.putDown()
      session.select(all.map((mark) => mark.id))
      host.say(`${host.session.selection.size} selected.`)
    },
  },
  {
    id: "select.class",
    title: "Select all of the same class",
    group: "Selection",
    modes: EDIT,
    keys: keys("Ctrl+Shift+A"),
    refusal: (host) => (host.session.selection.size === 0 ? "Select a mark first." : null),
    run(host) {
      const { session } = host
      const classes = new Set(session.selectedMarks.map((mark) => mark.class))
      const same = inReadingOrder(host).filter((mark) => classes.has(mark.class) && !session.locked.has(mark.id))
      host.session.select(same.map((mark) => mark.id))
      host.say(`${host.session.selection.size} selected.`)
    },
  },
  {
    id: "select.invert",
    title: "Select what is not selected",
    group: "Selection",
    modes: EDIT,
    keys: keys("Ctrl+I"),
    refusal: needsMarks,
    run(host) {
      const { session } = host
      const others = inReadingOrder(host).filter(({ id }) => !session.selection.has(id) && !session.locked.has(id))
      host.putDown()
      session.select(others.map((mark) => mark.id))
      host.say(`${session.selection.size} selected.`)
    },
  },
  {
    id: "select.none",
    title: "Select nothing",
    group: "Selection",
    modes: ANY,
    keys: keys("U"),
    run: (host) => host.session.select([]),
  },
]

export function needsSelection(host: Host): string | null {
  return host.session.selection.size === 0 ? "Select a mark first." : cannotEdit(host)
}

function onSelection(id: string, title: string, key: Keys, run: (host: Host) => void): Command<Host> {
  return { id, title, group: "Marks", modes: EDIT, keys: key, refusal: needsSelection, run }
}

export const deleteCommands: readonly Command<Host>[] = [
  {
    ...onSelection(
      "delete",
      "Delete; while drawing, the last point",
      keys("Del", "Backspace | Del", "Del | Backspace"),
      (host) => {
        const { session } = host
        if (host.stepBack?.() || host.deletePoint?.()) return
        if (session.selectedMarks.every((mark) => session.locked.has(mark.id)))
          session.say("The selection is locked.", true)
        else deleteMarks(session, host.session.selection)
      },
    ),
    refusal: (host) => (host.isBusy ? null : needsSelection(host)),
  },
  onSelection("delete.locked", "Delete even if locked", keys("Shift+Del", "Shift+Backspace", "Shift+Del"), (host) =>
    deleteMarks(host.session, host.session.selection, true),
  ),
  {
    id: "delete.all",
    title: "Delete all marks here",
    group: "Marks",
    modes: EDIT,
    keys: keys("Ctrl+Del", "Ctrl+Backspace", "Ctrl+Backspace | Ctrl+Del"),
    refusal: cannotEdit,
    run({ session }) {
      const ids = [...session.marks()].filter((mark) => mark.asset === session.asset).map((mark) => mark.id)
      deleteMarks(session, ids)
    },
  },
]

export const historyCommands: readonly Command<Host>[] = [
  {
    id: "undo",
    title: "Undo",
    group: "History",
    modes: [...EDIT, ...WALKS],
    keys: keys("Ctrl+Z"),
    repeats: true,
    refusal(host) {
      return host.session.history.undoLabel === null && !host.isBusy ? "Nothing to undo." : cannotEdit(host)
    },
    run(host) {
      if (!host.stepBack?.()) host.session.undo()
    },
  },
  {
    id: "redo",
    title: "Redo",
    group: "History",
    modes: [...EDIT, ...WALKS],
    keys: keys("Ctrl+Shift+Z | Ctrl+Y"),
    repeats: true,
    refusal: (host) => (host.session.history.redoLabel === null ? "Nothing to redo." : cannotEdit(host)),
    run: ({ session }) => session.redo(),
  },
]
