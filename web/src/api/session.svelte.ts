import type { Client } from "./client.ts"
import type { Problem } from "./problem.ts"
import { ApiError, asProblem } from "./problem.ts"
import type { components, paths } from "./schema.d.ts"
import type { Api } from "./typed.ts"
import { typed } from "./typed.ts"

export type Me = components["schemas"]["Me"]
export type Belonging = components["schemas"]["Belonging"]

const organisationKey = "fairmark.organisation"

function kept(): string | null {
  try {
    return localStorage.getItem(organisationKey)
  } catch {
    return null
  }
}

/** Who is signed in in this browser, and for which of their organisations the pages are. */
export class Session {
  /** unknown until the server has said whether anybody is signed in. */
  state = $state<"unknown" | "in" | "out">("unknown")
  me = $state.raw<Me | null>(null)
  /** Why the server could not say. */
  problem = $state.raw<Problem | null>(null)
  #organisation = $state<string | null>(kept())
  #asking = false
  readonly #client: Client
  readonly #api: Api<paths>

  constructor(client: Client) {
    this.#client = client
    this.#api = typed<paths>(client)
    client.onSignedOut = () => this.#set(null)
    client.onClosed = () => void this.#closed()
  }

  /** The organisation that pages and requests are for; null while nobody is signed in, or for a person without any. */
  get organisation(): Belonging | null {
    const list = this.me?.organisations ?? []
    return list.find(({ id }) => id === this.#organisation) ?? list[0] ?? null
  }

  /** Asks the server who is signed in. Never throws: see `state` and `problem`. */
  async load(): Promise<void> {
    this.problem = null
    try {
      this.#set(await this.#api.get("/api/v1/me"))
    } catch (thrown) {
      if (thrown instanceof ApiError && thrown.status === 401) this.#set(null)
      else this.problem = asProblem(thrown)
    }
  }

  /** Throws ApiError: bad_credentials, too_often ... */
  async signIn(email: string, password: string): Promise<void> {
    const { me } = await this.#api.post("/api/v1/sign-in", { body: { email, password } })
    this.#set(me)
  }

  /** Ends the session here and on the server. Throws ApiError if the server could not be told; then it still runs. */
  async signOut(): Promise<void> {
    await this.#api.post("/api/v1/sign-out", { repeatable: true })
    this.#set(null)
  }

  /** Makes the pages be for another organisation of the person's. */
  choose(id: string): void {
    this.#organisation = id
    this.#client.organisation = this.organisation?.id ?? null
    try {
      localStorage.setItem(organisationKey, id)
    } catch {
      // Without storage the choice lasts as long as the page.
    }
  }

  /** The organisation on show was closed meanwhile: what the person still has is asked anew, once for all answers. */
  async #closed(): Promise<void> {
    const shown = this.organisation
    if (this.#asking || !shown || shown.closed_at) return
    this.#asking = true
    await this.load()
    this.#asking = false
  }

  #set(me: Me | null): void {
    this.me = me
    this.state = me ? "in" : "out"
    this.#client.organisation = this.organisation?.id ?? null
  }
}
