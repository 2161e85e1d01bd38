/** Files on their way to the server: which go together, what the server says of each, and how a cut is survived. */

import { ApiError } from "#api/problem.ts"
import type { components } from "#api/schema.d.ts"

export type Upload = components["schemas"]["Upload"]

/** A file of at most this many bytes goes in a batch; a larger one in pieces. The server's limit. */
export const smallMost_bytes = 8 * 1_048_576
/** Less than the server takes at once, so that the bar moves and a cut costs little. */
const batchMost_files = 100
const batchMost_bytes = 16 * 1_048_576

export interface Sizes {
  readonly size: number
}

/** Parts small files into batches, in order. A file that fills a batch alone is one. */
export function batches<File extends Sizes>(files: readonly File[]): File[][] {
  const made: File[][] = []
  let current: File[] = []
  let size = 0
  for (const file of files) {
    if (current.length > 0 && (current.length >= batchMost_files || size + file.size > batchMost_bytes)) {
      made.push(current)
      current = []
      size = 0
    }
    current.push(file)
    size += file.size
  }
  if (current.length > 0) made.push(current)
  return made
}

/** The body of /uploads/batch: one line of JSON, then the files' bytes in the same order. */
export function batchBody(files: readonly { path: string; file: Blob; sha256: string | null }[]): Blob {
  const head = {
    files: files.map(({ path, file, sha256 }) => ({ name: path, bytes: file.size, ...(sha256 ? { sha256 } : {}) })),
  }
  return new Blob([`${JSON.stringify(head)}\n`, ...files.map(({ file }) => file)], {
    type: "application/octet-stream",
  })
}

/** Lower-case hex of a file's SHA-256; null where the browser has none to give (plain http) or the file is gone. */
export async function sha256(file: Blob): Promise<string | null> {
  if (!globalThis.crypto?.subtle) return null
  try {
    const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer())
    return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("")
  } catch {
    return null
  }
}

/** Whether trying again later can help: no answer, too often, or a server that is busy or away. */
export const isPassing = (thrown: unknown): boolean =>
  thrown instanceof ApiError && (thrown.status === 0 || thrown.status === 429 || thrown.status >= 500)

/** What a piecewise upload asks of the server. */
export interface PieceServer {
  announce(): Promise<Upload>
  look(id: string): Promise<Upload>
  put(id: string, offset: number, piece: Blob): Promise<Upload>
}

/**
 * Sends a file in pieces and returns its upload, done or failed. `known` is the id of an upload that was begun before.
 * Throws what the server's calls throw; called again with the id it goes on where the server has got to.
 */
export async function sendPieces(
  file: Blob,
  server: PieceServer,
  known: string | null,
  onprogress: (upload: Upload) => void,
): Promise<Upload> {
  let upload = known ? await server.look(known).catch(forgotten) : null
  upload ??= await server.announce()
  onprogress(upload)
  const step = upload.chunk_bytes || smallMost_bytes
  while (upload.state === "open") {
    const from: number = upload.received
    try {
      upload = await server.put(upload.id, from, file.slice(from, from + step))
    } catch (thrown) {
      // Another window, or a piece whose answer was lost, has moved the place.
      if (!(thrown instanceof ApiError) || thrown.code !== "offset_wrong") throw thrown
      const now: Upload = await server.look(upload.id)
      if (now.received === from && now.state === "open") throw thrown
      upload = now
    }
    onprogress(upload)
  }
  return upload
}

/** An upload that the server has thrown away is begun anew. */
function forgotten(thrown: unknown): null {
  if (thrown instanceof ApiError && thrown.status === 404) return null
  throw thrown
}
