import { afterEach, describe, expect, it, vi } from "vitest"
import { addressIn, glimpse } from "./material.ts"

afterEach(() => vi.unstubAllGlobals())

function answering(body: BodyInit, type = "application/octet-stream", status = 200) {
  const fetched = vi.fn(async () => new Response(body, { status, headers: { "content-type": type } }))
  vi.stubGlobal("fetch", fetched)
  return fetched
}

describe("glimpse", () => {
  it("asks for the beginning alone and puts it on one line", async () => {
    const fetched = answering("  Ada lives\n\n\tin Rome. ", undefined, 206)
    expect(await glimpse("/media/1")).toBe("Ada lives in Rome.")
    expect(fetched).toHaveBeenCalledWith("/media/1", { headers: { range: "bytes=0-599" } })
  })

  it("leaves out a character that was cut in two", async () => {
    const text = `${"a".repeat(598)}ü`
    const bytes = new TextEncoder().encode(text)
    expect(bytes.length).toBe(600)
    answering(bytes.slice(0, 599))
    expect(await glimpse("/media/1")).toBe("a".repeat(598))
  })

  it("is no more than that where the server sends all of it", async () => {
    answering("b".repeat(5000))
    expect(await glimpse("/media/1")).toHaveLength(600)
  })

  it("refuses what is no text, and what is not there", async () => {
    answering("PNG", "image/png")
    await expect(glimpse("/media/1")).rejects.toThrow("no text")
    answering("gone", undefined, 404)
    await expect(glimpse("/media/1")).rejects.toThrow("404")
  })
})

describe("addressIn", () => {
  it("opens only what the web has", () => {
    expect(addressIn(" https://example.com/a ")).toBe("https://example.com/a")
    expect(addressIn("javascript:alert(1)")).toBeNull()
    expect(addressIn("Ada lives in Rome.")).toBeNull()
  })
})
