import { queryText } from "#routing/paths.ts"
import type { Route } from "#routing/router.svelte.ts"

/** Whether a page may be drawn now. ask: the server must first say who is signed in. */
export function access(route: Pick<Route, "for">, session: "unknown" | "in" | "out"): "show" | "ask" | "sign-in" {
  if (route.for === "anyone" || session === "in") return "show"
  return session === "unknown" ? "ask" : "sign-in"
}

/** The sign-in page, with the way back to where the person wanted to go. */
export function signInPath(wanted: string): string {
  return `/sign-in${queryText({ next: wanted === "/" ? null : wanted })}`
}
