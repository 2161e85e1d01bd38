import { describe, expect, it } from "vitest"
import { ApiError } from "#api/problem.ts"
import type { PieceServer, Upload } from "./sending.ts"
import { batchBody, batches, isPassing, sendPieces, sha256 } from "./sending.ts"

const mib = 1_048_576
const trouble = (status: number, code = "x") =>
  new ApiError({ code, message: "", mend: "", requestId: null, fields: {} }, status)

describe("batches", () => {
  it("closes a batch at 16 MiB and at 100 files", () => {
    // 7 + 7 fit into 16, the third does not.
    expect(batches([7, 7, 7].map((size) => ({ size: size * mib }))).map((one) => one.length)).toEqual([2, 1])
    expect(batches(Array.from({ length: 250 }, () => ({ size: 1 }))).map((one) => one.length)).toEqual([100, 100, 50])
  })
  it("keeps every file once and in order", () => {
    const files = Array.from({ length: 137 }, (_, at) => ({ size: (at % 9) * mib, at }))
    expect(batches(files).flat()).toEqual(files)
  })
  it("makes none of nothing", () => expect(batches([])).toEqual([]))
})

describe("batchBody", () => {
  it("is a line of JSON and then the bytes", async () => {
    const body = batchBody([
      { path: "a/1.png", file: new Blob(["abc"]), sha256: null },
      { path: "2.png", file: new Blob(["de"]), sha256: "f".repeat(64) },
    ])
    const [line, rest] = (await body.text()).split("\n")
    expect(JSON.parse(line ?? "")).toEqual({
      files: [
        { name: "a/1.png", bytes: 3 },
        { name: "2.png", bytes: 2, sha256: "f".repeat(64) },
      ],
    })
    expect(rest).toBe("abcde")
  })
})

describe("sha256", () => {
  it("is that of FIPS 180-2's first example", async () =>
    expect(await sha256(new Blob(["abc"]))).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"))
})

describe("isPassing", () => {
  it("knows what trying again can mend", () => {
    expect([0, 429, 503].map((status) => isPassing(trouble(status)))).toEqual([true, true, true])
    expect([400, 403, 413].map((status) => isPassing(trouble(status)))).toEqual([false, false, false])
    expect(isPassing(new Error("x"))).toBe(false)
  })
})

/** A server that takes pieces of 4 bytes and refuses the calls to `put` whose numbers, from 1, are in `cuts`. */
function server(size: number, cuts: Readonly<Record<number, ApiError>> = {}) {
  const taken: [number, string][] = []
  let received = 0
  let puts = 0
  const upload = (): Upload =>
    ({ id: "u", received, bytes: size, chunk_bytes: 4, state: received === size ? "done" : "open" }) as Upload
  const it: PieceServer & { announced: number } = {
    announced: 0,
    announce: async () => {
      it.announced += 1
      return upload()
    },
    look: async (id) => {
      if (id !== "u") throw trouble(404, "not_found")
      return upload()
    },
    put: async (_, offset, piece) => {
      puts += 1
      const cut = cuts[puts]
      // The answer is lost, the bytes are not.
      if (cut?.code === "lost" || cut?.code === "offset_wrong") received += piece.size
      if (cut) throw cut
      taken.push([offset, await piece.text()])
      received = offset + piece.size
      return upload()
    },
  }
  return { it, taken, received: () => received }
}

describe("sendPieces", () => {
  const file = new Blob(["0123456789"])

  it("sends all pieces in order", async () => {
    const { it: one, taken } = server(10)
    expect((await sendPieces(file, one, null, () => {})).state).toBe("done")
    expect(taken).toEqual([
      [0, "0123"],
      [4, "4567"],
      [8, "89"],
    ])
  })

  it("goes on where the server has got to after a cut", async () => {
    const { it: one, taken } = server(10, { 2: trouble(0, "lost") })
    await expect(sendPieces(file, one, null, () => {})).rejects.toThrow(ApiError)
    expect((await sendPieces(file, one, "u", () => {})).state).toBe("done")
    expect(taken.map(([offset]) => offset)).toEqual([0, 8])
    expect(one.announced).toBe(1)
  })

  it("looks where to go on when the place is wrong", async () => {
    const { it: one, taken } = server(10, { 1: trouble(409, "offset_wrong") })
    await sendPieces(file, one, null, () => {})
    expect(taken.map(([offset]) => offset)).toEqual([4, 8])
  })

  it("begins anew where the server has forgotten", async () => {
    const { it: one } = server(10)
    await sendPieces(file, one, "gone", () => {})
    expect(one.announced).toBe(1)
  })
})
