/** Looking: zoom, light, names, what is shown. Nothing here changes the document. */

import { type Command, type Keys, keys, LOOK } from "#editor/commands.ts"
import { clamp, rounded } from "#geometry/point.ts"
import { FILLS, LABEL_DISPLAYS, LIGHT_MAX, LIGHT_MIN } from "../../settings.ts"
import { ZOOM_STEP } from "../viewing.ts"
import type { Workspace } from "../workspace.ts"

function view(
  id: string,
  title: string,
  key: Keys,
  run: (workspace: Workspace) => void,
  repeats = false,
): Command<Workspace> {
  return { id: `view.${id}`, title, group: "View", modes: LOOK, keys: key, run, repeats }
}

function light(what: "brightness" | "contrast", by: number) {
  return ({ settings }: Workspace) =>
    settings.set({ [what]: rounded(clamp(settings.values[what] + by, LIGHT_MIN, LIGHT_MAX), 1) })
}

function next<T>(all: readonly T[], now: T): T {
  return all[(all.indexOf(now) + 1) % all.length] as T
}

const LABEL_WORDS = { selected: "Names of selected marks.", all: "Names of all marks.", none: "No names." }

function asset(by: 1 | -1, name: string, key: Keys): Command<Workspace> {
  return {
    ...view(`asset.${name}`, `${name === "next" ? "Next" : "Previous"} image of this item`, key, ({ session }) =>
      session.showAsset(session.asset + by),
    ),
    refusal: ({ session }) => (session.assets[session.asset + by] ? null : "This item has no further image."),
  }
}

export const viewCommands: readonly Command<Workspace>[] = [
  view("zoomIn", "Zoom in", keys("Ctrl+= | Ctrl+Shift+="), (workspace) => workspace.zoom(ZOOM_STEP), true),
  view("zoomOut", "Zoom out", keys("Ctrl+-"), (workspace) => workspace.zoom(1 / ZOOM_STEP), true),
  view("fit", "Show the whole image", keys("Ctrl+0"), (workspace) => workspace.fit()),
  view("actual", "Actual pixels", keys("Alt+1"), (workspace) => workspace.zoomTo(1 / workspace.density)),
  view("brighter", "Brighter", keys("Alt+B"), light("brightness", 0.1), true),
  view("darker", "Darker", keys("Alt+Shift+B"), light("brightness", -0.1), true),
  view("moreContrast", "More contrast", keys("Alt+C"), light("contrast", 0.1), true),
  view("lessContrast", "Less contrast", keys("Alt+Shift+C"), light("contrast", -0.1), true),
  view("plainLight", "Brightness and contrast as they are", keys("Alt+0"), ({ settings }) =>
    settings.set({ brightness: 1, contrast: 1 }),
  ),
  view("fill", "Fill of the marks: none, light, strong", keys("F"), ({ settings }) =>
    settings.set({ fill: next(FILLS, settings.values.fill) }),
  ),
  view("names", "Names on the marks: selected, all, none", keys("T T", "I", "T T | I"), (workspace) => {
    const labels = next(LABEL_DISPLAYS, workspace.settings.values.labels)
    workspace.settings.set({ labels })
    workspace.say(LABEL_WORDS[labels])
  }),
  view("crosshair", "Crosshair on or off", keys("X"), ({ settings }) =>
    settings.set({ crosshair: !settings.values.crosshair }),
  ),
  view("hideAll", "Hide or show all marks", keys("T H", "Alt+Shift+H", "T H"), ({ session }) => {
    const ids = [...session.marks()].map((mark) => mark.id)
    session.setHidden(session.hidden.size > 0 ? new Set() : new Set(ids))
  }),
  view("lockAll", "Lock or unlock all marks", keys("T L", "Alt+Shift+L", "T L"), ({ session }) => {
    const ids = [...session.marks()].map((mark) => mark.id)
    session.setLocked(session.locked.size > 0 ? new Set() : new Set(ids))
  }),
  asset(1, "next", keys("PageDown")),
  asset(-1, "previous", keys("PageUp")),
  view("display", "Display settings", keys("F2"), (workspace) => workspace.open("display")),
  view("help", "Keys valid now", keys("? | F1"), (workspace) =>
    workspace.open(workspace.opened === "help" ? null : "help"),
  ),
  view("keys", "Change keys", keys("Ctrl+,"), (workspace) => workspace.open("keys")),
]
