/** How the picture is lit: nothing of it is in the document. */

import type { Channel, SettingValues } from "../settings.ts"

type Light = Pick<SettingValues, "brightness" | "contrast" | "gamma" | "channel">

/** Shares of red, green, blue and alpha that make the one shade of grey that is shown. */
const SHARES: Readonly<Record<Exclude<Channel, "all">, readonly number[]>> = {
  red: [1, 0, 0, 0],
  green: [0, 1, 0, 0],
  blue: [0, 0, 1, 0],
  alpha: [0, 0, 0, 1],
  // ITU-R BT.709.
  gray: [0.2126, 0.7152, 0.0722, 0],
}

/** The 20 numbers of an feColorMatrix that shows the channel as grey, or null where all are shown. */
export function matrixOf(channel: Channel): string | null {
  if (channel === "all") return null
  const row = [...SHARES[channel], 0]
  // Alpha itself is shown whole: what is clear is black, and not the ground behind it.
  const last = channel === "alpha" ? [0, 0, 0, 0, 1] : [0, 0, 0, 1, 0]
  return [...row, ...row, ...row, ...last].join(" ")
}

/** The CSS filter of a picture; `filterId` names the element that changes gamma and channel. */
export function filterOf({ brightness, contrast, gamma, channel }: Light, filterId: string): string {
  const steps = [
    ...(gamma === 1 && channel === "all" ? [] : [`url("#${filterId}")`]),
    ...(brightness === 1 && contrast === 1 ? [] : [`brightness(${brightness}) contrast(${contrast})`]),
  ]
  return steps.length === 0 ? "none" : steps.join(" ")
}
