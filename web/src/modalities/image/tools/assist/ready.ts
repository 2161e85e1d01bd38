/** Waits for the first press of a tool that is helped: the image is got ready meanwhile. */

import type { PointerState, State } from "#editor/tool.ts"
import { kindInHand } from "../../assist/results.ts"
import type { Workspace } from "../../workspace.ts"

export interface Helped {
  readonly workspace: Workspace
  /** The kinds that a result may be of, the most wanted first. */
  readonly kinds: readonly string[]
  readonly howTo: string
}

/** `begin` names the state that a press with this kind in hand leads to. */
export function ready({ workspace, kinds, howTo }: Helped, begin: (kind: string, at: PointerState) => State): State {
  return {
    name: "ready",

    enter(host) {
      host.hover(null)
      host.cursor("crosshair")
      workspace.assistance.takesOff = false
      host.say(howTo)
    },

    pointerDown(host, pointer) {
      const found = kindInHand(workspace, kinds)
      if ("kind" in found) return begin(found.kind, pointer)
      host.say(found.refusal, true)
      return undefined
    },
  }
}

/**
 * Whether the pointer means taking off instead of adding. Keys hold Alt of themselves, and mean a place to the pixel.
 * Where taking off has been switched on, for hands without keys, Shift and Alt mean adding.
 */
export function isRemoving({ assistance }: Workspace, { shift, alt, reach }: PointerState): boolean {
  return assistance.takesOff !== (shift || (alt && reach > 0))
}
