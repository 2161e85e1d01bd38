import type { Route } from "#routing/router.svelte.ts"
import { route } from "#routing/router.svelte.ts"

/** Every page of the product: its address, its title, and how its code is fetched. */
export const routes: readonly Route[] = [
  route("/design", {
    title: "Design system",
    frame: "bare",
    for: "anyone",
    load: () => import("#pages/design/Design.svelte"),
  }),
]
