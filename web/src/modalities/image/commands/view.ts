/** Looking: zoom, light, names, what is shown. Nothing here changes the document. */

import { type Command, type Keys, keys, LOOK } from "#editor/commands.ts"
import { clamp, rounded } from "#geometry/point.ts"
import {
  CHANNELS,
  FILLS,
  GAMMA_MAX,
  GROUNDS,
  LABEL_DISPLAYS,
  LIGHT_MAX,
  LIGHT_MIN,
  OPACITY_MIN,
} from "../../settings.ts"
import { plain } from "../plainView.ts"
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

const RANGES = {
  brightness: [LIGHT_MIN, LIGHT_MAX],
  contrast: [LIGHT_MIN, LIGHT_MAX],
  gamma: [LIGHT_MIN, GAMMA_MAX],
  opacity: [OPACITY_MIN, 1],
} as const

function light(what: keyof typeof RANGES, by: number) {
  const [low, high] = RANGES[what]
  return ({ settings }: Workspace) => settings.set({ [what]: rounded(clamp(settings.values[what] + by, low, high), 1) })
}

function flip(what: "crosshair" | "grid" | "loupe" | "minimap" | "snapping") {
  return ({ settings }: Workspace) => settings.set({ [what]: !settings.values[what] })
}

function turn(by: number) {
  return (workspace: Workspace) => {
    workspace.turnTo(workspace.turn + by)
    workspace.say(`Turned by ${workspace.turn}°.`)
  }
}

const CHANNEL_WORDS = {
  all: "All channels.",
  red: "Red.",
  green: "Green.",
  blue: "Blue.",
  alpha: "Alpha.",
  gray: "Grey.",
}

const GROUND_WORDS = {
  checks: "Checks under transparent parts.",
  white: "White under transparent parts.",
  black: "Black under transparent parts.",
}

function next<T>(all: readonly T[], now: T): T {
  return all[(all.indexOf(now) + 1) % all.length] as T
}

const LABEL_WORDS = { selected: "Names of selected marks.", all: "Names of all marks.", none: "No names." }

export const viewCommands: readonly Command<Workspace>[] = [
  view("zoomIn", "Zoom in", keys("Ctrl+= | Ctrl+Shift+="), (workspace) => workspace.zoom(ZOOM_STEP), true),
  view("zoomOut", "Zoom out", keys("Ctrl+-"), (workspace) => workspace.zoom(1 / ZOOM_STEP), true),
  view("fit", "Show the whole image", keys("Ctrl+0"), (workspace) => workspace.fit()),
  view("actual", "Actual pixels", keys("Alt+1"), (workspace) => workspace.zoomTo(1 / workspace.density)),
  view("brighter", "Brighter", keys("Alt+B"), light("brightness", 0.1), true),
  view("darker", "Darker", keys("Alt+Shift+B"), light("brightness", -0.1), true),
  view("moreContrast", "More contrast", keys("Alt+C"), light("contrast", 0.1), true),
  view("lessContrast", "Less contrast", keys("Alt+Shift+C"), light("contrast", -0.1), true),
  view("moreGamma", "More gamma: dark parts brighter", keys("Alt+G"), light("gamma", 0.1), true),
  view("lessGamma", "Less gamma", keys("Alt+Shift+G"), light("gamma", -0.1), true),
  view("channel", "Channel: all, red, green, blue, alpha, grey", keys("Alt+J"), (workspace) => {
    const channel = next(CHANNELS, workspace.settings.values.channel)
    workspace.settings.set({ channel })
    workspace.say(CHANNEL_WORDS[channel])
  }),
  view("window", "Hold and drag: sideways contrast, up and down light", keys("Alt+W"), (workspace) =>
    workspace.setLighting(true),
  ),
  view("ground", "Under transparent parts: checks, white, black", keys("Alt+V"), (workspace) => {
    const ground = next(GROUNDS, workspace.settings.values.ground)
    workspace.settings.set({ ground })
    workspace.say(GROUND_WORDS[ground])
  }),
  view("plain", "Light, marks and turn as they are", keys("Alt+0"), (workspace) => plain(workspace)),
  view("lessOpacity", "Marks more transparent", keys("Alt+O"), light("opacity", -0.1), true),
  view("moreOpacity", "Marks less transparent", keys("Alt+Shift+O"), light("opacity", 0.1), true),
  view("turn", "Turn by 90° clockwise", keys("Ctrl+R", "Alt+T", "Alt+T"), turn(90)),
  view("turnBack", "Turn by 90° the other way", keys("Ctrl+Shift+R", "Alt+Shift+T", "Alt+Shift+T"), turn(-90)),
  view("turnALittle", "Turn by 5° clockwise", keys("Alt+Y"), turn(5), true),
  view("turnBackALittle", "Turn by 5° the other way", keys("Alt+Shift+Y"), turn(-5), true),
  view("fill", "Fill of the marks: none, light, strong", keys("F"), ({ settings }) =>
    settings.set({ fill: next(FILLS, settings.values.fill) }),
  ),
  view("names", "Names on the marks: selected, all, none", keys("T T", "I", "T T | I"), (workspace) => {
    const labels = next(LABEL_DISPLAYS, workspace.settings.values.labels)
    workspace.settings.set({ labels })
    workspace.say(LABEL_WORDS[labels])
  }),
  view("crosshair", "Crosshair on or off", keys("X"), flip("crosshair")),
  view("grid", "Grid on or off", keys("Alt+X"), flip("grid")),
  view("loupe", "Loupe on or off", keys("Alt+Z"), flip("loupe")),
  view("snapping", "Catch neighbours and the border, or not", keys("Alt+S"), (workspace) => {
    flip("snapping")(workspace)
    workspace.say(workspace.settings.values.snapping ? "Neighbours and the border catch." : "Nothing catches.")
  }),
  view("minimap", "Minimap on or off", keys("Alt+N"), flip("minimap")),
  view("hideAll", "Hide or show all marks", keys("T H", "Alt+Shift+H", "T H"), ({ session }) => {
    const ids = [...session.marks()].map((mark) => mark.id)
    session.setHidden(session.hidden.size > 0 ? new Set() : new Set(ids))
  }),
  view(
    "hideOthers",
    "Hide all but the selected marks, or show all",
    keys("T O", "Alt+Shift+J", "T O"),
    ({ session }) => {
      const others = [...session.marks()].filter((mark) => !session.selection.has(mark.id))
      session.setHidden(session.hidden.size > 0 ? new Set() : new Set(others.map((mark) => mark.id)))
    },
  ),
  view("lockAll", "Lock or unlock all marks", keys("T L", "Alt+Shift+L", "T L"), ({ session }) => {
    const ids = [...session.marks()].map((mark) => mark.id)
    session.setLocked(session.locked.size > 0 ? new Set() : new Set(ids))
  }),
  view("display", "Display settings", keys("F2"), (workspace) => workspace.open("display")),
  view("help", "Keys valid now", keys("? | F1"), (workspace) =>
    workspace.open(workspace.opened === "help" ? null : "help"),
  ),
  view("keys", "Change keys", keys("Ctrl+,"), (workspace) => workspace.open("keys")),
]
