/** Where a small box goes beside the thing it speaks about, all in CSS pixels of the viewport. */

export interface Box {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

export interface Size {
  readonly width: number
  readonly height: number
}

/** Kept free between box, thing and the viewport's edge. */
const gap = 6

/**
 * The top left corner for a box of `size` at `anchor`: below and centred; above where there is no room below; moved
 * sideways until it is inside. A box larger than the viewport starts at its top left.
 */
export function place(anchor: Box, size: Size, viewport: Size): { left: number; top: number } {
  const below = anchor.top + anchor.height + gap
  const above = anchor.top - gap - size.height
  const fitsBelow = below + size.height + gap <= viewport.height
  const top = fitsBelow || above < gap ? Math.min(below, viewport.height - gap - size.height) : above
  const centred = anchor.left + anchor.width / 2 - size.width / 2
  const left = Math.min(centred, viewport.width - gap - size.width)
  return { left: Math.round(Math.max(gap, left)), top: Math.round(Math.max(gap, top)) }
}
