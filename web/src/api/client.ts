/** Requests to our own server: credentials, CSRF, the organisation, time limits, and another try where that is safe. */

import type { Connection } from "./connection.svelte.ts"
import { ApiError, offline, problemOf, timedOut, unreadable } from "./problem.ts"

export type Method = "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE"

export type QueryValues = Readonly<
  Record<string, string | number | boolean | readonly (string | number)[] | null | undefined>
>

export interface Call {
  readonly method: Method
  /** From the root: /api/v1/projects. */
  readonly path: string
  readonly query?: QueryValues
  /** Sent as JSON; a Blob, FormData or bytes are sent as they are. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | undefined
  /** For a route that takes an idempotency key: makes the call safe to repeat. See `newKey`. */
  readonly key?: string
  /** True where doing it twice does no harm although it writes: the body carries its own key, say. */
  readonly repeatable?: boolean
  /** Seconds to wait for the answer to begin. */
  readonly timeout_s?: number
  /** Lets the request outlive the page. */
  readonly keepalive?: boolean
}

/** What a client needs of the world; tests hand in their own. */
export interface Host {
  fetch(request: string, init: RequestInit): Promise<Response>
  /** document.cookie. */
  cookies(): string
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** 0 to 1. */
  random(): number
}

/** Tries in all, for a call that is safe to repeat. */
const triesMost = 4
const usualTimeout_s = 30
/** What may pass by itself: too early, too many, a server or its proxy on the way up or down. */
const passing = new Set([425, 429, 502, 503, 504])

/** Milliseconds before try number `tries` + 1: 0.4, 0.8, 1.6 s, half of it by chance, never sooner than the server asks. */
export function backOff(tries: number, retryAfter_s: number | null, random: number): number {
  const step = 400 * 2 ** (tries - 1)
  return Math.max(step / 2 + (step / 2) * random, (retryAfter_s ?? 0) * 1_000)
}

/** Longer waits than this are the person's decision, in seconds. */
const waitMost_s = 10

/** A key that no other call has, for routes that do a thing once however often it arrives. */
export function newKey(): string {
  // crypto.randomUUID is missing on plain http within a company; random bytes are there.
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
}

/** The value of one cookie, or null. */
export function cookie(all: string, name: string): string | null {
  for (const one of all.split("; ")) {
    const at = one.indexOf("=")
    if (at > 0 && one.slice(0, at) === name) return decodeURIComponent(one.slice(at + 1))
  }
  return null
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((done, failed) => {
    const timer = setTimeout(done, ms)
    signal?.addEventListener("abort", () => {
      clearTimeout(timer)
      failed(signal.reason)
    })
  })
}

const browser: Host = {
  fetch: (request, init) => fetch(request, init),
  cookies: () => document.cookie,
  sleep,
  random: Math.random,
}

export class Client {
  /** The organisation that requests are for; the header X-Fairmark-Org. Null: the person's only one. */
  organisation: string | null = null
  /** Told when an answer says that nobody is signed in (any more). */
  onSignedOut: () => void = () => {}
  /** Told when an answer says that the organisation is closed to the person. */
  onClosed: () => void = () => {}
  /** Told of every answer and of every silence. */
  connection: Pick<Connection, "reached" | "lost"> | null = null
  readonly #host: Host

  constructor(host: Partial<Host> = {}) {
    this.#host = { ...browser, ...host }
  }

  /** The answer to a call, once it is a good one. Throws ApiError, or the signal's reason if that ends it. */
  async send(call: Call): Promise<Response> {
    const safe = call.method === "GET" || call.method === "HEAD" || call.repeatable || call.key !== undefined
    for (let tries = 1; ; tries += 1) {
      const outcome = await this.#try(call)
      if (outcome instanceof Response) return outcome
      if (outcome.code === "not_signed_in") this.onSignedOut()
      if (outcome.code === "organisation_closed") this.onClosed()
      const mayPass = outcome.status === 0 || passing.has(outcome.status)
      const tooLong = (outcome.retryAfterS ?? 0) > waitMost_s
      if (!safe || !mayPass || tooLong || tries >= triesMost) throw outcome
      await this.#host.sleep(backOff(tries, outcome.retryAfterS, this.#host.random()), call.signal)
    }
  }

  /** The JSON of the answer; undefined if it is empty (204). Throws ApiError. */
  async json<Answer>(call: Call): Promise<Answer> {
    const response = await this.send(call)
    const text = await response.text()
    if (!text) return undefined as Answer
    try {
      return JSON.parse(text) as Answer
    } catch {
      throw unreadable(response.status)
    }
  }

  async #try(call: Call): Promise<Response | ApiError> {
    const timeout_s = call.timeout_s ?? usualTimeout_s
    const late = AbortSignal.timeout(timeout_s * 1_000)
    let response: Response
    try {
      response = await this.#host.fetch(`${call.path}${queryOf(call.query)}`, {
        method: call.method,
        headers: this.#headers(call),
        credentials: "same-origin",
        redirect: "follow",
        signal: call.signal ? AbortSignal.any([call.signal, late]) : late,
        ...(call.body === undefined ? {} : { body: bodyOf(call.body) }),
        ...(call.keepalive ? { keepalive: true } : {}),
      })
    } catch (thrown) {
      // The caller changed their mind: theirs to handle, not an error of the network.
      call.signal?.throwIfAborted()
      this.connection?.lost()
      return late.aborted ? timedOut(timeout_s) : offline(thrown)
    }
    this.connection?.reached()
    if (response.ok) return response
    const body: unknown = await response.json().catch(() => undefined)
    return new ApiError(problemOf(response.status, body), response.status, retryAfter(response))
  }

  #headers(call: Call): Record<string, string> {
    const headers: Record<string, string> = { Accept: "application/json", ...call.headers }
    if (call.body !== undefined && !isRaw(call.body)) headers["Content-Type"] ??= "application/json"
    if (this.organisation) headers["X-Fairmark-Org"] ??= this.organisation
    if (call.key) headers["Idempotency-Key"] = call.key
    const token = cookie(this.#host.cookies(), "fairmark_csrf")
    if (token && call.method !== "GET" && call.method !== "HEAD") headers["X-Fairmark-CSRF"] = token
    return headers
  }
}

function retryAfter(response: Response): number | null {
  const seconds = Number(response.headers.get("Retry-After") ?? Number.NaN)
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : null
}

const isRaw = (body: unknown): body is Blob | FormData | ArrayBuffer | URLSearchParams =>
  body instanceof Blob || body instanceof FormData || body instanceof ArrayBuffer || body instanceof URLSearchParams

const bodyOf = (body: unknown): BodyInit => (isRaw(body) ? body : JSON.stringify(body))

function queryOf(query: QueryValues = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null) continue
    for (const one of Array.isArray(value) ? value : [value]) search.append(name, String(one))
  }
  const text = search.toString()
  return text ? `?${text}` : ""
}
