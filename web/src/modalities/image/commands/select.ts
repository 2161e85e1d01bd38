/** Choosing marks without a pointer. */

import type { Mark } from "#editor/annotation.ts"
import { ANY, type Command, EDIT, keys } from "#editor/commands.ts"
import { placedKind } from "../kinds/table.ts"
import type { Workspace } from "../workspace.ts"

const GROUP = "Selection"

/** The marks on screen's asset that can be chosen, by place: rows from the top, each from the left. */
export function inReadingOrder({ session }: Workspace): Mark[] {
  const placed = [...session.marks()].flatMap((mark) => {
    const kind = placedKind(mark.kind)
    if (!kind || mark.asset !== session.asset || session.isHidden(mark)) return []
    const { x, y, h } = kind.bounds(mark.geometry)
    return [{ mark, x, y: y + h / 2 }]
  })
  // Rows of a tenth of the image: marks side by side are read from the left though one lies a little lower.
  const row = Math.max(1, (session.assets[session.asset]?.height ?? 1) / 10)
  placed.sort((a, b) => Math.floor(a.y / row) - Math.floor(b.y / row) || a.x - b.x || a.y - b.y)
  return placed.map((each) => each.mark)
}

function step(workspace: Workspace, by: 1 | -1): void {
  const marks = inReadingOrder(workspace)
  const [current] = workspace.selection
  const at = marks.findIndex((mark) => mark.id === current)
  const from = at < 0 && by < 0 ? 0 : at
  const next = marks[(from + by + marks.length) % marks.length]
  if (!next) return
  workspace.select([next.id])
  workspace.reveal(next)
  const name = workspace.session.vocabulary.classOf(next.class)?.name ?? next.class
  const at1 = ((from + by + marks.length) % marks.length) + 1
  workspace.say(`${name}, ${placedKind(next.kind)?.words(next.geometry)}, ${at1} of ${marks.length}`)
}

function needsMarks({ scene }: Workspace): string | null {
  return scene.size === 0 ? "There are no marks yet." : null
}

export const selectCommands: readonly Command<Workspace>[] = [
  {
    id: "select.next",
    title: "Next mark by place",
    group: GROUP,
    modes: ANY,
    keys: keys("Tab", "Tab | Alt+.", "Tab"),
    refusal: needsMarks,
    repeats: true,
    run: (workspace) => step(workspace, 1),
  },
  {
    id: "select.previous",
    title: "Previous mark",
    group: GROUP,
    modes: ANY,
    keys: keys("Shift+Tab", "Shift+Tab | Alt+,", "Shift+Tab"),
    refusal: needsMarks,
    repeats: true,
    run: (workspace) => step(workspace, -1),
  },
  {
    id: "select.all",
    title: "Select all",
    group: GROUP,
    modes: EDIT,
    keys: keys("Ctrl+A"),
    refusal: needsMarks,
    run(workspace) {
      const { scene, session } = workspace
      const all = [...scene.ordered()].filter((slot) => !scene.isHidden(slot)).map((slot) => scene.markAt(slot).id)
      if (workspace.tool.id !== "select") workspace.choose("select")
      workspace.select(all.filter((id) => !session.locked.has(id)))
      workspace.say(`${workspace.selection.size} selected.`)
    },
  },
  {
    id: "select.class",
    title: "Select all of the same class",
    group: GROUP,
    modes: EDIT,
    keys: keys("Ctrl+Shift+A"),
    refusal: (workspace) => (workspace.selection.size === 0 ? "Select a mark first." : null),
    run(workspace) {
      const { session } = workspace
      const classes = new Set(session.selectedMarks.map((mark) => mark.class))
      const same = inReadingOrder(workspace).filter((mark) => classes.has(mark.class) && !session.locked.has(mark.id))
      workspace.select(same.map((mark) => mark.id))
      workspace.say(`${workspace.selection.size} selected.`)
    },
  },
  {
    id: "select.none",
    title: "Select nothing",
    group: GROUP,
    modes: ANY,
    keys: keys("U"),
    run: (workspace) => workspace.select([]),
  },
  {
    id: "select.zoom",
    title: "Zoom to the selection, or all of the image",
    group: GROUP,
    modes: ANY,
    keys: keys("Z"),
    run: (workspace) => workspace.zoomToMarks(workspace.session.selectedMarks),
  },
]
