// @vitest-environment jsdom
import type { Component } from "svelte"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { Router, route, routedHref } from "./router.svelte.ts"

const page = (name: string) => Object.assign(() => {}, { pageName: name }) as unknown as Component<{ params: unknown }>
const loaded = (name: string) => vi.fn(async () => ({ default: page(name) }))

const home = loaded("home")
const project = loaded("project")
const fresh = loaded("fresh")
const broken = vi.fn(async (): Promise<{ default: Component<{ params: unknown }> }> => {
  throw new Error("no such chunk")
})
const routes = [
  route("/", { title: "Home", load: home }),
  route("/projects/:project", { title: "Project", load: project }),
  route("/projects/new", { title: "New project", load: fresh }),
  route("/broken", { title: "Broken", load: broken }),
]

/** Walks through history and waits until the browser has told of `steps` arrivals. */
async function walk(step: () => void, steps = 1): Promise<void> {
  const arrived = new Promise<void>((done) => {
    let left = steps
    const listen = () => {
      left -= 1
      if (left > 0) return
      window.removeEventListener("popstate", listen)
      done()
    }
    window.addEventListener("popstate", listen)
  })
  step()
  await arrived
  await settled()
}

const settled = () => new Promise((done) => setTimeout(done, 20))

let router: Router
let stop: () => void

async function startAt(path: string, ask?: (reason: string) => boolean) {
  history.replaceState(null, "", path)
  router = new Router()
  stop = router.start(routes, ask)
  await settled()
}

beforeEach(() => {
  vi.spyOn(window, "scrollTo").mockImplementation(() => {})
})
afterEach(() => stop())

describe("Router", () => {
  it("shows the page of the address with its parameters", async () => {
    await startAt("/projects/7?tab=review")
    expect(router.shown?.route.title).toBe("Project")
    expect(router.shown?.params).toEqual({ project: "7" })
    expect(router.query.get("tab")).toBe("review")
  })

  it("prefers a fixed word to a parameter", async () => {
    await startAt("/projects/new")
    expect(router.shown?.route.title).toBe("New project")
  })

  it("says that an address is missing, and finds the way back", async () => {
    await startAt("/nowhere")
    expect(router.missing).toBe(true)
    expect(router.shown).toBeNull()
    await router.go("/")
    expect(router.missing).toBe(false)
    expect(router.shown?.route.title).toBe("Home")
  })

  it("keeps the page while only the query changes, and makes a new one for other parameters", async () => {
    await startAt("/projects/7")
    const before = router.shown
    await router.ask({ tab: "review", class: ["car", "bus"] })
    expect(location.search).toBe("?tab=review&class=car&class=bus")
    await router.ask({ tab: null })
    expect(location.search).toBe("?class=car&class=bus")
    expect(router.shown).toBe(before)
    await router.go("/projects/8")
    expect(router.shown?.key).not.toBe(before?.key)
  })

  it("shows the last page asked for, whichever code comes first", async () => {
    await startAt("/")
    let release: (value: { default: ReturnType<typeof page> }) => void = () => {}
    project.mockImplementationOnce(() => new Promise((done) => (release = done)))
    const slow = router.go("/projects/7")
    await settled()
    expect(router.pending).toBe(true)
    await router.go("/projects/new")
    release({ default: page("late") })
    await slow
    expect(router.shown?.route.title).toBe("New project")
    expect(router.pending).toBe(false)
  })

  it("keeps what went wrong with a page's code, and loads it on retry", async () => {
    await startAt("/broken")
    expect(router.failure).toEqual(new Error("no such chunk"))
    broken.mockImplementationOnce(async () => ({ default: page("mended") }))
    await router.retry()
    expect(router.failure).toBeNull()
    expect(router.shown?.route.title).toBe("Broken")
  })

  it("goes back and forth with the browser", async () => {
    await startAt("/")
    await router.go("/projects/7")
    await walk(() => history.back())
    expect(router.shown).toMatchObject({ by: "back", route: { title: "Home" } })
    await walk(() => history.forward())
    expect(router.shown?.route.title).toBe("Project")
  })

  it("asks before it leaves a page that is held", async () => {
    const ask = vi.fn(() => false)
    await startAt("/", ask)
    const release = router.hold(() => "The upload is not done.")
    expect(await router.go("/projects/7")).toBe(false)
    expect(ask).toHaveBeenCalledWith("The upload is not done.")
    expect(location.pathname).toBe("/")
    release()
    expect(await router.go("/projects/7")).toBe(true)
  })

  it("holds a step back, too, and takes it once the person agrees", async () => {
    const ask = vi.fn(() => false)
    await startAt("/", ask)
    await router.go("/projects/7")
    router.hold(() => "The upload is not done.")
    // Back, and forth again: the page is kept.
    await walk(() => history.back(), 2)
    expect(location.pathname).toBe("/projects/7")
    expect(router.shown?.route.title).toBe("Project")
    ask.mockReturnValueOnce(true)
    // Back, forth, and back once more after the answer.
    await walk(() => history.back(), 3)
    expect(location.pathname).toBe("/")
    expect(router.shown?.route.title).toBe("Home")
  })

  it("forgets the title that a page gave once another takes its place", async () => {
    await startAt("/projects/7")
    router.title = "Street scenes"
    await router.go("/")
    expect(router.title).toBeNull()
  })

  it("takes over clicks on our links and leaves the others", async () => {
    await startAt("/")
    document.body.innerHTML = '<a id="ours" href="/projects/7">7</a><a id="api" href="/api/openapi.json">API</a>'
    const click = (id: string) => {
      const event = new MouseEvent("click", { bubbles: true, cancelable: true })
      // jsdom cannot follow links; nothing may be left for it to follow.
      const guard = (late: Event) => late.preventDefault()
      window.addEventListener("click", guard, { once: true })
      const before = router.path
      document.getElementById(id)?.dispatchEvent(event)
      return before
    }
    click("api")
    await settled()
    expect(router.path).toBe("/")
    click("ours")
    await settled()
    expect(router.path).toBe("/projects/7")
  })
})

describe("routedHref", () => {
  const hrefOf = (html: string, init: MouseEventInit = {}) => {
    document.body.innerHTML = html
    let href: string | null = null
    const listen = (event: MouseEvent) => {
      href = routedHref(event)
      event.preventDefault()
    }
    document.addEventListener("click", listen, { once: true })
    document.body.firstElementChild?.dispatchEvent(
      new MouseEvent("click", { bubbles: true, cancelable: true, ...init }),
    )
    return href
  }

  it("is the address of a plain click", async () => {
    await startAt("/projects/7")
    expect(hrefOf('<a href="/x?y=1">x</a>')).toMatch(/\/x\?y=1$/)
  })
  it("leaves to the browser what people mean for it", async () => {
    await startAt("/projects/7")
    expect(hrefOf('<a href="/x">x</a>', { ctrlKey: true })).toBeNull()
    expect(hrefOf('<a href="/x">x</a>', { button: 1 })).toBeNull()
    expect(hrefOf('<a href="/x" target="_blank">x</a>')).toBeNull()
    expect(hrefOf('<a href="/x" download>x</a>')).toBeNull()
    expect(hrefOf('<a href="https://example.org/x">x</a>')).toBeNull()
    expect(hrefOf('<a href="#part">x</a>')).toBeNull()
    expect(hrefOf("<button>x</button>")).toBeNull()
  })
})
