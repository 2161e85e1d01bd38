/**
 * What lies on a worker's desk: the turn being worked on, and one more ahead, fetched while the person works so that
 * it is there before they ask.
 */

import { asProblem, type Problem } from "#api/problem.ts"
import type { Assignment, LabelServer, Rules, Turn, Wish } from "./server.ts"

/** `finding`: on its way. `working`: there is a turn. `empty`: there is none, and `why`. `failed`: see `problem`. */
export type DeskState = "finding" | "working" | "empty" | "failed"

export interface DeskParts {
  readonly server: LabelServer
  /** The organisations that the person works for, the one to ask first in front. */
  readonly organisations: readonly string[]
  readonly wish: Wish
  /** Remembers the turns that follow through a crash of the page, the next one first. */
  readonly remember: (following: readonly Place[]) => void
  /** Makes the browser fetch and decode the pictures of the turn ahead before they are shown. */
  readonly fetchPictures: (urls: readonly string[]) => void
  /** The turns that other tabs have open. */
  readonly elsewhere: () => Promise<ReadonlySet<string>>
  readonly onTurn?: (turn: Turn) => void
  /** Told of a turn that was to be opened and is handed in already. */
  readonly onFinished?: (assignment: Assignment) => void
}

/** Where a turn is found again. */
export interface Place {
  readonly id: string
  readonly org: string
}

/** How often a turn that waits unseen is promised anew, as a share of its lease. */
const KEEP_SHARE = 1 / 3
const WAITING_WHYS = ["queue_is_empty", "none_of_this_kind", "too_many_open"]

export class Desk {
  state = $state<DeskState>("finding")
  turn = $state.raw<Turn | null>(null)
  why = $state<string | null>(null)
  problem = $state.raw<Problem | null>(null)
  /** The turn after this one, once it is there. */
  ahead = $state.raw<Turn | null>(null)
  /** The one ahead, and behind it what was ahead already when one went back to an earlier turn. */
  #following: readonly Turn[] = []
  readonly #parts: DeskParts
  readonly #rules = new Map<string, Promise<Rules>>()
  #visits = 0
  #fetching: Promise<void> | null = null
  #keeping: ReturnType<typeof setInterval> | undefined
  #isClosed = false

  constructor(parts: DeskParts) {
    this.#parts = parts
  }

  /** Opens a certain turn: a link, or a page loaded again. */
  async open(org: string, id: string): Promise<void> {
    await this.#find(async () => {
      let assignment = await this.#parts.server.get(org, id)
      if (assignment.state === "submitted") {
        this.#parts.onFinished?.(assignment)
        return null
      }
      if (assignment.paused_at && assignment.state === "leased") {
        await this.#parts.server.resume(org, id)
        assignment = { ...assignment, paused_at: null }
      }
      return this.#withRules(assignment)
    })
  }

  /** Opens a turn without knowing whose it is. */
  async openSomewhere(id: string): Promise<void> {
    const { organisations, server } = this.#parts
    const looks = await Promise.allSettled(organisations.map((org) => server.get(org, id)))
    const at = looks.findIndex((look) => look.status === "fulfilled")
    await this.open(organisations[Math.max(0, at)] ?? "", id)
  }

  /** Puts the turns that followed at an earlier load of the page back in their places, as far as they are still ours. */
  async recall(following: readonly Place[]): Promise<void> {
    const found = await Promise.allSettled(following.map(({ org, id }) => this.#recalled(org, id)))
    this.#follow(found.flatMap((each) => (each.status === "fulfilled" && each.value ? [each.value] : [])))
  }

  async #recalled(org: string, id: string): Promise<Turn | null> {
    const assignment = await this.#parts.server.get(org, id)
    return assignment.state === "leased" ? this.#withRules(assignment) : null
  }

  /** A turn that was on this desk before and is still ours, as the server has it now. Throws ApiError. */
  async again(org: string, id: string): Promise<Turn> {
    return this.#withRules(await this.#parts.server.get(org, id))
  }

  /** Goes back to an earlier turn; the present one comes after it, and then what was ahead. */
  back(turn: Turn): void {
    if (this.turn && this.state === "working") this.#follow([this.turn, ...this.#following])
    this.#show(turn)
  }

  /** Goes on to the next turn: at once if it was fetched ahead. Unfinished work of an earlier visit comes first. */
  async next(): Promise<void> {
    const ahead = this.#take()
    if (ahead) {
      this.#show(ahead)
      return
    }
    const last = this.turn?.assignment.id
    await this.#find(async () => {
      // One may be on its way already; asking for another beside it would leave it lying.
      await this.#fetching
      const fetched = this.#take()
      if (fetched) return fetched
      const left = await this.#leftOpen(last)
      return left ?? (await this.#claim())
    })
  }

  /** Fetches the turn after this one, with its rules and pictures. Quiet: a failure is met again by `next`. */
  fetchAhead(): Promise<void> {
    // While a turn is being looked for, what is claimed beside it could be found as left open, and stand here twice.
    if (this.ahead || this.#isClosed || this.state !== "working") return Promise.resolve()
    this.#fetching ??= this.#claim()
      .then((turn) => {
        if (turn && this.#isClosed) void this.#giveBack(turn.assignment)
        else if (turn) this.#follow([...this.#following, turn])
      })
      .catch(() => undefined)
      .finally(() => {
        this.#fetching = null
      })
    return this.#fetching
  }

  /** Gives the present turn back for others. Throws ApiError. */
  async giveBack(): Promise<void> {
    const turn = this.turn
    if (turn) await this.#parts.server.giveBack(turn.assignment.organisation_id, turn.assignment.id)
  }

  /** The person goes elsewhere: what they have not seen goes back to others. */
  close(): void {
    this.#isClosed = true
    this.letGo()
  }

  /** Gives back the turns that follow: nobody would see them until their leases ran out. */
  letGo(): void {
    const following = this.#following
    this.#follow([])
    for (const { assignment } of following) void this.#giveBack(assignment)
  }

  async #giveBack({ organisation_id, id }: Assignment): Promise<void> {
    // If it fails the lease runs out by itself.
    await this.#parts.server.giveBack(organisation_id, id, { keepalive: true }).catch(() => undefined)
  }

  async #find(search: () => Promise<Turn | null>): Promise<void> {
    this.state = "finding"
    this.problem = null
    try {
      const turn = await search()
      if (this.#isClosed) {
        if (turn) void this.#giveBack(turn.assignment)
      } else if (turn) this.#show(turn)
      else {
        this.turn = null
        this.state = "empty"
      }
    } catch (thrown) {
      this.problem = asProblem(thrown)
      this.state = "failed"
    }
  }

  #show(turn: Turn): void {
    this.turn = turn
    this.state = "working"
    this.#parts.onTurn?.(turn)
  }

  /** Makes `turns` what follows, the next one first. */
  #follow(turns: readonly Turn[]): void {
    const [next = null] = turns
    this.#following = turns
    this.#parts.remember(turns.map(({ assignment: { id, organisation_id: org } }) => ({ id, org })))
    if (next !== this.ahead && next) this.#parts.fetchPictures((next.assignment.media ?? []).map(({ url }) => url))
    this.ahead = next
    clearInterval(this.#keeping)
    if (!next) return
    const lease_s = Math.min(...turns.map(({ assignment }) => assignment.lease_s))
    this.#keeping = setInterval(() => void this.#keep(), Math.max(30, lease_s * KEEP_SHARE) * 1000)
  }

  #take(): Turn | null {
    const { ahead } = this
    if (ahead) this.#follow(this.#following.slice(1))
    return ahead
  }

  async #keep(): Promise<void> {
    await Promise.all(this.#following.map((turn) => this.#keepOne(turn)))
  }

  async #keepOne(turn: Turn): Promise<void> {
    const { organisation_id: org, id } = turn.assignment
    try {
      await this.#parts.server.keep(org, id)
    } catch (thrown) {
      // Without an answer it may well be ours still; once the server says that it is not, another one is fetched.
      if (asProblem(thrown).code === "offline" || !this.#following.includes(turn)) return
      this.#follow(this.#following.filter((each) => each !== turn))
      void this.fetchAhead()
    }
  }

  /** The newest turn that the person left open, unless another tab has it. */
  async #leftOpen(except: string | undefined): Promise<Turn | null> {
    const { organisations, wish, server, elsewhere } = this.#parts
    const others = await elsewhere()
    for (const org of organisations) {
      if (wish.org && wish.org !== org) continue
      const open = await server.open(org)
      const fit = open.find(
        ({ id, project_id, kind, paused_at }) =>
          id !== except &&
          !others.has(id) &&
          !paused_at &&
          (!wish.project || wish.project === project_id) &&
          (!wish.kind || wish.kind === kind),
      )
      if (fit) return this.#withRules(await server.get(org, fit.id))
    }
    return null
  }

  /** Claims in each organisation in turn until one has something. */
  async #claim(): Promise<Turn | null> {
    const { organisations, wish, server } = this.#parts
    const whys: string[] = []
    for (const org of organisations) {
      if (wish.org && wish.org !== org) continue
      const { assignment, why } = await server.claim(org, wish)
      if (assignment) return this.#withRules(assignment)
      whys.push(why ?? "queue_is_empty")
    }
    // What passes by itself is the better news: elsewhere something may bar the way for longer.
    this.why = WAITING_WHYS.find((why) => whys.includes(why)) ?? whys[0] ?? "no_active_project"
    return null
  }

  async #withRules(assignment: Assignment): Promise<Turn> {
    const { project_id, ontology_version, guideline_version, organisation_id, id } = assignment
    const key = `${project_id} ${ontology_version} ${guideline_version}`
    const known = this.#rules.get(key) ?? this.#parts.server.rules(organisation_id, id)
    this.#rules.set(key, known)
    try {
      return { visit: ++this.#visits, assignment, rules: await known }
    } catch (thrown) {
      this.#rules.delete(key)
      throw thrown
    }
  }
}
