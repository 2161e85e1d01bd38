/** The view as it is when nothing was changed of it. */

import { DEFAULTS } from "../settings.ts"
import type { Workspace } from "./workspace.ts"

const { brightness, contrast, gamma, channel, opacity } = DEFAULTS

export function plain(workspace: Workspace): void {
  workspace.settings.set({ brightness, contrast, gamma, channel, opacity })
  workspace.turnTo(0)
}

export function isPlain({ settings: { values }, turn }: Workspace): boolean {
  const isLit = values.brightness !== brightness || values.contrast !== contrast || values.gamma !== gamma
  return !isLit && values.channel === channel && values.opacity === opacity && turn === 0
}
