import { api, client } from "#api/api.ts"
import type { Problem } from "#api/problem.ts"
import { asProblem } from "#api/problem.ts"
import type { DroppedFile } from "#parts/files.ts"
import type { PieceServer, Upload } from "./sending.ts"
import { batchBody, batches, isPassing, sendPieces, sha256, smallMost_bytes } from "./sending.ts"

/** One file of the queue. Not reactive itself: thousands of them would be slow; the queue shows a few. */
export interface Entry {
  readonly path: string
  readonly file: File
  state: "waiting" | "checking" | "sending" | "done" | "known" | "refused"
  /** Bytes that are safe on the server. */
  sent: number
  assetId: string | null
  fault: Pick<Problem, "message" | "mend"> | null
}

export interface Sum {
  readonly files: number
  /** Of these: sent now, and known before. */
  readonly done: number
  readonly known: number
  readonly refused: number
  readonly bytes: number
  readonly sent: number
}

const none: Sum = { files: 0, done: 0, known: 0, refused: 0, bytes: 0, sent: 0 }
/** Listed on screen while they are sent. */
const shownMost = 8
/** Seconds until a cut connection is tried again. */
const again_s = 4
const sendTimeout_s = 600

/** Where an unfinished upload is remembered, so that it goes on even after the page was closed. */
const memory = (entry: Entry) => `fairmark.upload.${entry.path}.${entry.file.size}.${entry.file.lastModified}`

/** Files that are sent to the server: small ones together, large ones in pieces, each once, through cuts and reloads. */
export class Queue {
  sum = $state.raw<Sum>(none)
  /** What is on its way now. */
  current = $state.raw<readonly { path: string; state: Entry["state"]; size: number; sent: number }[]>([])
  refused = $state.raw<readonly Entry[]>([])
  running = $state(false)
  /** The connection was cut: why. The queue goes on by itself. */
  cut = $state.raw<Problem | null>(null)
  #entries: Entry[] = []
  #stop = new AbortController()
  #drawn: ReturnType<typeof setTimeout> | undefined
  #wake: (() => void) | null = null

  /** Puts files into the queue and starts sending. */
  add(files: readonly DroppedFile[]): void {
    for (const { file, path } of files)
      this.#entries.push({ path, file, state: "waiting", sent: 0, assetId: null, fault: null })
    this.#draw()
    if (!this.running) void this.#run()
  }

  /** What has arrived, for an import: the name and asset of each file, in the order they were dropped. */
  get arrived(): { name: string; assetId: string }[] {
    return this.#entries.flatMap(({ path, assetId }) => (assetId ? [{ name: path, assetId }] : []))
  }

  /** Stops sending and forgets the files. What has arrived on the server is known there the next time. */
  clear(): void {
    this.#stop.abort()
    this.#stop = new AbortController()
    this.#entries = []
    this.running = false
    this.cut = null
    this.#show()
  }

  /** Tries a cut connection at once. */
  retry(): void {
    this.#wake?.()
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop
    this.running = true
    while (!signal.aborted) {
      const waiting = this.#entries.filter(({ state }) => state === "waiting")
      if (waiting.length === 0) break
      try {
        await this.#send(waiting, signal)
        this.cut = null
      } catch (thrown) {
        if (signal.aborted) return
        for (const one of waiting) if (one.state === "checking" || one.state === "sending") one.state = "waiting"
        this.cut = asProblem(thrown)
        await this.#rest(signal)
      }
      this.#draw()
    }
    if (signal.aborted) return
    this.running = false
    this.#show()
  }

  /** Throws only what may pass by itself. */
  async #send(waiting: readonly Entry[], signal: AbortSignal): Promise<void> {
    const small = waiting.filter(({ file }) => file.size <= smallMost_bytes)
    for (const some of batches(small.map((entry) => ({ size: entry.file.size, entry }))))
      await this.#batch(
        some.map(({ entry }) => entry),
        signal,
      )
    for (const entry of waiting) if (entry.file.size > smallMost_bytes) await this.#large(entry, signal)
  }

  async #batch(entries: readonly Entry[], signal: AbortSignal): Promise<void> {
    this.#mark(entries, "checking")
    const named: { entry: Entry; path: string; file: File; sha256: string | null }[] = []
    for (const entry of entries)
      named.push({ entry, path: entry.path, file: entry.file, sha256: await sha256(entry.file) })
    const body = { sha256: named.flatMap(({ sha256 }) => sha256 ?? []) }
    const known = body.sha256.length
      ? (await api.post("/api/v1/uploads/known", { body, signal, repeatable: true })).assets
      : {}
    const fresh: typeof named = []
    for (const one of named) {
      const asset = one.sha256 ? known[one.sha256] : undefined
      if (asset) this.#end(one.entry, "known", asset)
      else fresh.push(one)
    }
    if (fresh.length === 0) return
    this.#mark(
      fresh.map(({ entry }) => entry),
      "sending",
    )
    try {
      const { uploads } = await client.json<{ uploads: Upload[] }>({
        method: "POST",
        path: "/api/v1/uploads/batch",
        body: batchBody(fresh),
        signal,
        repeatable: true,
        timeout_s: sendTimeout_s,
      })
      for (const [at, { entry }] of fresh.entries()) this.#settle(entry, uploads[at])
    } catch (thrown) {
      this.#refuseUnlessPassing(
        fresh.map(({ entry }) => entry),
        thrown,
      )
    }
  }

  async #large(entry: Entry, signal: AbortSignal): Promise<void> {
    this.#mark([entry], "sending")
    try {
      const upload = await sendPieces(entry.file, pieces(entry, signal), recall(entry), (far) => {
        remember(entry, far.id)
        entry.sent = far.received
        this.#draw()
      })
      remember(entry, null)
      this.#settle(entry, upload)
    } catch (thrown) {
      this.#refuseUnlessPassing([entry], thrown)
    }
  }

  #refuseUnlessPassing(entries: readonly Entry[], thrown: unknown): void {
    if (this.#stop.signal.aborted || isPassing(thrown)) throw thrown
    const { message, mend } = asProblem(thrown)
    for (const entry of entries) this.#end(entry, "refused", null, { message, mend })
  }

  #settle(entry: Entry, upload: Upload | undefined): void {
    if (upload?.state === "done" && upload.asset) this.#end(entry, "done", upload.asset.id)
    else
      this.#end(entry, "refused", null, {
        message: upload?.fault?.message ?? "The server has not said what became of this file.",
        mend: upload?.fault?.mend ?? "Drop it again.",
      })
  }

  #mark(entries: readonly Entry[], state: Entry["state"]): void {
    for (const entry of entries) entry.state = state
    this.#draw()
  }

  #end(entry: Entry, state: Entry["state"], assetId: string | null, fault: Entry["fault"] = null): void {
    Object.assign(entry, { state, assetId, fault, sent: entry.file.size })
    this.#draw()
  }

  #rest(signal: AbortSignal): Promise<void> {
    return new Promise((done) => {
      this.#wake = done
      setTimeout(done, again_s * 1_000)
      signal.addEventListener("abort", () => done())
    })
  }

  /** At most some times a second: a thousand small files end in one moment. */
  #draw(): void {
    this.#drawn ??= setTimeout(() => this.#show(), 150)
  }

  #show(): void {
    clearTimeout(this.#drawn)
    this.#drawn = undefined
    const sum = { ...none }
    for (const { state, file, sent } of this.#entries) {
      sum.files += 1
      sum.bytes += file.size
      sum.sent += sent
      if (state === "done" || state === "known" || state === "refused") sum[state] += 1
    }
    this.sum = sum
    this.current = this.#entries
      .filter(({ state }) => state === "checking" || state === "sending")
      .slice(0, shownMost)
      .map(({ path, state, file, sent }) => ({ path, state, size: file.size, sent }))
    this.refused = this.#entries.filter(({ state }) => state === "refused")
  }
}

function pieces(entry: Entry, signal: AbortSignal): PieceServer {
  return media(entry.path, entry.file, "media", signal)
}

/** The server's side of an upload in pieces. */
export function media(name: string, file: File, purpose: "media" | "data", signal: AbortSignal): PieceServer {
  return {
    announce: () =>
      api.post("/api/v1/uploads", { body: { name, bytes: file.size, purpose }, signal, repeatable: true }),
    look: (id) => api.get("/api/v1/uploads/{upload_id}", { path: { upload_id: id }, signal }),
    put: (id, offset, piece) =>
      client.json<Upload>({
        method: "PUT",
        path: `/api/v1/uploads/${id}`,
        query: { offset },
        // Without a type the server could not tell bytes from a form.
        body: new Blob([piece], { type: "application/octet-stream" }),
        signal,
        timeout_s: sendTimeout_s,
      }),
  }
}

function recall(entry: Entry): string | null {
  try {
    return localStorage.getItem(memory(entry))
  } catch {
    return null
  }
}

function remember(entry: Entry, id: string | null): void {
  try {
    if (id) localStorage.setItem(memory(entry), id)
    else localStorage.removeItem(memory(entry))
  } catch {
    // Without storage an upload goes on after a cut, but not after a reload.
  }
}
