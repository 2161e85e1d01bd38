import type { Icon } from "./icons.ts"

/** A line of the side navigation. */
export interface NavItem {
  readonly label: string
  readonly href: string
  readonly icon: Icon
  /** What waits there. */
  readonly count?: number
}

export interface NavGroup {
  readonly title?: string
  readonly items: readonly NavItem[]
}

/**
 * The item that `path` belongs to: the one whose address is the longest beginning of it, whole segments only.
 * The home address "/" fits itself alone. Null if none fits.
 */
export function currentItem(groups: readonly NavGroup[], path: string): NavItem | null {
  let best: NavItem | null = null
  for (const item of groups.flatMap((group) => group.items)) {
    const fits = item.href === path || (item.href !== "/" && path.startsWith(`${item.href}/`))
    if (fits && item.href.length > (best?.href.length ?? -1)) best = item
  }
  return best
}
