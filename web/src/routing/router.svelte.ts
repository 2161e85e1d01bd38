import type { Component } from "svelte"
import type { Params, Query } from "./paths.ts"
import { matchPath, queryText, specificity } from "./paths.ts"

/** What a page is given: the parameters of its address. The query is read from the router, since it changes in place. */
export interface PageProps<Pattern extends string = string> {
  readonly params: Params<Pattern>
}

export interface Route {
  readonly pattern: string
  /** Of the window, until the page gives a better one with `router.title`. */
  readonly title: string
  /** Fetches the page's code: () => import("#pages/design/Design.svelte"). */
  readonly load: () => Promise<{ default: Component<{ params: Params<string> }> }>
  /** shell: within the bars of the product. bare: the page alone, as sign-in and the editor want it. */
  readonly frame: "shell" | "bare"
  /** signed-in: nobody else may see it. anyone: open to all. */
  readonly for: "signed-in" | "anyone"
}

/** Makes a route; the page must take the parameters that its pattern has. */
export function route<const Pattern extends string>(
  pattern: Pattern,
  rest: Omit<Route, "pattern" | "load" | "frame" | "for"> &
    Partial<Pick<Route, "frame" | "for">> & {
      readonly load: () => Promise<{ default: Component<PageProps<Pattern>> | Component<Record<string, never>> }>
    },
): Route {
  return { frame: "shell", for: "signed-in", ...rest, pattern } as unknown as Route
}

/** The page on show. `key` changes when another page, or the same with other parameters, takes its place. */
export interface Shown {
  readonly key: string
  readonly route: Route
  readonly params: Params<string>
  readonly Page: Component<{ params: Params<string> }>
  /** How it came up: a new page starts at its top, a revisited one where it was left. */
  readonly by: "start" | "go" | "back"
}

interface EntryState {
  /** Place in this window's history, from 0. */
  readonly place: number
}

/** Asks the person whether to leave; the reason is a whole sentence. */
export type AskToLeave = (reason: string) => Promise<boolean> | boolean

const placeOf = (state: unknown): number =>
  typeof state === "object" && state !== null && "place" in state ? (state as EntryState).place : 0

/**
 * The router of one window: the address, the page it stands for, and the ways between pages. Links need nothing: a
 * click on a plain <a href> to one of our addresses is taken over. One instance, `router`, serves the product.
 */
export class Router {
  shown = $state.raw<Shown | null>(null)
  /** True while the code of the next page is on its way. */
  pending = $state(false)
  /** What kept the next page from loading. */
  failure = $state.raw<unknown>(null)
  /** True where no route fits the address. */
  missing = $state(false)
  path = $state("/")
  query = $state.raw(new URLSearchParams())
  /** What the page calls itself, where it knows better than its route. */
  title = $state<string | null>(null)

  #routes: readonly Route[] = []
  #askToLeave: AskToLeave = (reason) => window.confirm(reason)
  #guards = new Set<() => string | null>()
  #place = 0
  #turn = 0
  /** Called when the step through history arrives that undoes one a guard held up. */
  #steppedBack: (() => void) | null = null
  readonly #scrolls = new Map<number, number>()

  /** Takes over this window's links and history and shows the present address. Returns what gives them back. */
  start(routes: readonly Route[], askToLeave?: AskToLeave): () => void {
    this.#routes = routes.toSorted((one, other) => (specificity(one.pattern) < specificity(other.pattern) ? 1 : -1))
    if (askToLeave) this.#askToLeave = askToLeave
    this.#place = placeOf(history.state)
    history.scrollRestoration = "manual"
    history.replaceState({ place: this.#place }, "")
    const stop = new AbortController()
    const { signal } = stop
    document.addEventListener("click", (event) => this.#onclick(event), { signal })
    document.addEventListener("pointerover", (event) => this.#onpointerover(event), { signal })
    window.addEventListener("popstate", (event) => void this.#onpopstate(event), { signal })
    window.addEventListener("beforeunload", (event) => this.#reason() && event.preventDefault(), { signal })
    void this.#arrive("start")
    return () => stop.abort()
  }

  /** Goes to an address of ours. False if a guard and the person kept the page. `replace` leaves no step to go back to. */
  async go(href: string, { replace = false }: { replace?: boolean } = {}): Promise<boolean> {
    const url = new URL(href, location.href)
    if (url.origin !== location.origin) {
      location.assign(url)
      return true
    }
    if (url.pathname !== this.path && !(await this.#mayLeave())) return false
    this.#scrolls.set(this.#place, window.scrollY)
    if (!replace) this.#place += 1
    history[replace ? "replaceState" : "pushState"]({ place: this.#place }, "", url)
    await this.#arrive("go")
    return true
  }

  /** Changes the query alone, in place: filters and tabs. What is undefined or null leaves. */
  async ask(changes: Query, { replace = true }: { replace?: boolean } = {}): Promise<void> {
    const kept: Record<string, string[]> = {}
    for (const name of new Set(this.query.keys())) kept[name] = this.query.getAll(name)
    await this.go(`${this.path}${queryText({ ...kept, ...changes })}`, { replace })
  }

  /** Holds the page while `reason` returns a sentence: unsaved text, a running upload. Returns what lifts the hold. */
  hold(reason: () => string | null): () => void {
    this.#guards.add(reason)
    return () => this.#guards.delete(reason)
  }

  /** Fetches the code of the page at `href` ahead of the click. */
  prefetch(href: string): void {
    const found = this.#find(new URL(href, location.href).pathname)
    // A failure here is not news: the click will try again and tell.
    found?.route.load().catch(() => {})
  }

  /** Loads the present page again after a failure. */
  async retry(): Promise<void> {
    await this.#arrive("go")
  }

  /** How far down the present page was scrolled when it was last left. */
  get leftAt(): number {
    return this.#scrolls.get(this.#place) ?? 0
  }

  #find(path: string): { route: Route; params: Params<string> } | null {
    for (const route of this.#routes) {
      const params = matchPath(route.pattern, path)
      if (params) return { route, params }
    }
    return null
  }

  async #arrive(by: Shown["by"]): Promise<void> {
    this.#turn += 1
    const turn = this.#turn
    const { pathname, search } = location
    this.path = pathname
    this.query = new URLSearchParams(search)
    this.failure = null
    const found = this.#find(pathname)
    this.missing = !found
    if (!found) {
      this.#show(null)
      return
    }
    const key = `${found.route.pattern} ${JSON.stringify(found.params)}`
    if (this.shown?.key === key) return
    this.pending = true
    try {
      const { default: Page } = await found.route.load()
      if (turn === this.#turn) this.#show({ key, ...found, Page, by })
    } catch (failure) {
      if (turn !== this.#turn) return
      this.#show(null)
      this.failure = failure
    }
  }

  #show(shown: Shown | null): void {
    this.pending = false
    this.title = null
    this.shown = shown
  }

  #reason(): string | null {
    for (const guard of this.#guards) {
      const reason = guard()
      if (reason) return reason
    }
    return null
  }

  async #mayLeave(): Promise<boolean> {
    const reason = this.#reason()
    return reason === null || (await this.#askToLeave(reason))
  }

  async #onpopstate(event: PopStateEvent): Promise<void> {
    const place = placeOf(event.state)
    if (this.#steppedBack) {
      this.#steppedBack()
      this.#steppedBack = null
      return
    }
    const step = place - this.#place
    if (step !== 0 && location.pathname !== this.path && this.#reason()) {
      // The browser has moved already: step back, ask, and move again if the person wants to.
      await new Promise<void>((done) => {
        this.#steppedBack = done
        history.go(-step)
      })
      if (!(await this.#mayLeave())) return
      this.#guards.clear()
      history.go(step)
      return
    }
    this.#scrolls.set(this.#place, window.scrollY)
    this.#place = place
    await this.#arrive("back")
  }

  #onclick(event: MouseEvent): void {
    const href = routedHref(event)
    if (!href || !this.#find(new URL(href).pathname)) return
    event.preventDefault()
    void this.go(href)
  }

  #onpointerover(event: PointerEvent): void {
    if (event.target instanceof Element) {
      const link = event.target.closest<HTMLAnchorElement>("a[href]")
      if (link && link.origin === location.origin) this.prefetch(link.href)
    }
  }
}

/** The address that a click asks this window to go to; null where the browser shall do what it always does. */
export function routedHref(event: MouseEvent): string | null {
  if (event.defaultPrevented || event.button !== 0) return null
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return null
  const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[href]") : null
  if (!link || link.origin !== location.origin || link.hasAttribute("download")) return null
  if (link.target && link.target !== "_self") return null
  const isHere = link.pathname === location.pathname && link.search === location.search
  return isHere && link.hash ? null : link.href
}

/** The router of this window. */
export const router = new Router()
