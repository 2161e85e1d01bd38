/** The API, the connection and the session of this window. */

import { Client } from "./client.ts"
import { Connection } from "./connection.svelte.ts"
import type { paths } from "./schema.d.ts"
import { Session } from "./session.svelte.ts"
import { typed } from "./typed.ts"

/** Any answer is a sign of life, even a bad one; only silence is none. */
async function look(): Promise<boolean> {
  try {
    await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(5_000) })
    return true
  } catch {
    return false
  }
}

export const connection = new Connection(look)
export const client = new Client()
client.connection = connection
export const session = new Session(client)
/** Every route of the server, with its types: api.get("/api/v1/projects/{project_id}", { path: { project_id } }). */
export const api = typed<paths>(client)
