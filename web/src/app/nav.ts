import { IconDesign } from "#parts/icons.ts"
import type { NavGroup } from "#parts/shell.ts"

/** The side navigation. */
export const nav: readonly NavGroup[] = [
  { title: "Product", items: [{ label: "Design system", href: "/design", icon: IconDesign }] },
]
