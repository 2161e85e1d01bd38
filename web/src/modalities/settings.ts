/** How one person likes the editor: kept in the browser, shared by all tasks. */

import type { Overrides, PresetName } from "#editor/keymap.ts"
import { PRESETS } from "#editor/keymap.ts"
import { Topics } from "#editor/topics.ts"

export type LabelDisplay = "selected" | "all" | "none"

export interface SettingValues {
  /** 1 is as the image is; 0.2 to 3. */
  readonly brightness: number
  readonly contrast: number
  /** 1 is as the image is; above it the dark parts are brighter. 0.2 to 5. */
  readonly gamma: number
  readonly channel: Channel
  /** What is seen through transparent parts. */
  readonly ground: Ground
  /** Of all marks, 0.1 to 1. */
  readonly opacity: number
  /** Share of opacity that every mark is filled with. */
  readonly fill: number
  readonly labels: LabelDisplay
  readonly crosshair: boolean
  readonly grid: boolean
  readonly loupe: boolean
  readonly minimap: boolean
  /** Several images of an item stand side by side. */
  readonly sideBySide: boolean
  /** What is done to one view of them is done to all. */
  readonly linkedViews: boolean
  /** Reviewers decide by single keys. */
  readonly decides: boolean
  /** Points and boxes go to neighbours and to the border by themselves. */
  readonly snapping: boolean
  /** Width of the brush, image pixels. */
  readonly brush: number
  readonly preset: PresetName
  readonly overrides: Overrides
  /** Width of the panel, CSS pixels. */
  readonly panelWidth: number
}

export const FILLS: readonly number[] = [0, 0.12, 0.3]
export const LABEL_DISPLAYS: readonly LabelDisplay[] = ["selected", "all", "none"]
export const LIGHT_MIN = 0.2
export const LIGHT_MAX = 3
export const GAMMA_MAX = 5
export const OPACITY_MIN = 0.1
/** What of the picture is shown: all of it, or one of these as grey. */
export const CHANNELS = ["all", "red", "green", "blue", "alpha", "gray"] as const
export type Channel = (typeof CHANNELS)[number]
export const GROUNDS = ["checks", "white", "black"] as const
export type Ground = (typeof GROUNDS)[number]
export const BRUSH_MAX = 1000

export const DEFAULTS: SettingValues = {
  brightness: 1,
  contrast: 1,
  gamma: 1,
  channel: "all",
  ground: "checks",
  opacity: 1,
  fill: 0,
  labels: "selected",
  crosshair: true,
  grid: false,
  loupe: false,
  minimap: false,
  sideBySide: true,
  linkedViews: true,
  decides: false,
  snapping: true,
  brush: 24,
  preset: "fairmark",
  overrides: {},
  panelWidth: 320,
}

const KEY = "fairmark.editor"

/** What of the browser's storage is used here. */
export type Storage = Pick<globalThis.Storage, "getItem" | "setItem">

export class Settings {
  readonly topics = new Topics<"settings">()
  readonly #storage: Storage | null
  values: SettingValues

  constructor(storage: Storage | null) {
    this.#storage = storage
    this.values = { ...DEFAULTS, ...readStored(storage) }
  }

  /** Takes over what another editor of this browser has stored meanwhile: the one that stood ready out of sight. */
  readAgain(): void {
    const stored = { ...DEFAULTS, ...readStored(this.#storage) }
    if (this.#storage === null || JSON.stringify(stored) === JSON.stringify(this.values)) return
    this.values = stored
    this.topics.tell("settings")
  }

  set(changes: Partial<SettingValues>): void {
    this.values = { ...this.values, ...changes }
    try {
      this.#storage?.setItem(KEY, JSON.stringify(this.values))
    } catch {
      // A full or forbidden storage costs the setting its next visit, not this one.
    }
    this.topics.tell("settings")
  }
}

/** What is stored, as far as it is of the right sort: it may come from another version. */
function readStored(storage: Storage | null): Partial<SettingValues> {
  try {
    const stored = JSON.parse(storage?.getItem(KEY) ?? "{}") as Record<string, unknown>
    const entries = Object.entries(stored).filter(([name, value]) => isFit(name, value))
    return Object.fromEntries(entries) as Partial<SettingValues>
  } catch {
    return {}
  }
}

function isFit(name: string, value: unknown): boolean {
  switch (name) {
    case "brightness":
    case "contrast":
      return typeof value === "number" && value >= LIGHT_MIN && value <= LIGHT_MAX
    case "gamma":
      return typeof value === "number" && value >= LIGHT_MIN && value <= GAMMA_MAX
    case "opacity":
      return typeof value === "number" && value >= OPACITY_MIN && value <= 1
    case "channel":
      return CHANNELS.includes(value as Channel)
    case "ground":
      return GROUNDS.includes(value as Ground)
    case "fill":
      return FILLS.includes(value as number)
    case "brush":
      return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= BRUSH_MAX
    case "labels":
      return LABEL_DISPLAYS.includes(value as LabelDisplay)
    case "crosshair":
    case "grid":
    case "loupe":
    case "minimap":
    case "sideBySide":
    case "linkedViews":
    case "decides":
    case "snapping":
      return typeof value === "boolean"
    case "preset":
      return PRESETS.some((preset) => preset.id === value)
    case "overrides":
      return typeof value === "object" && value !== null && !Array.isArray(value)
    case "panelWidth":
      return typeof value === "number" && value >= 200 && value <= 800
    default:
      return false
  }
}
