import { describe, expect, it } from "vitest"
import { Feed } from "./feed.svelte.ts"
import type { Page } from "./pages.ts"

const page = (rows: string[], next: string | null): Page<string> => ({ rows, next })

/** A feed whose answers come when the test says so. */
function controlled() {
  const asked: {
    after: string | null
    signal: AbortSignal
    give(page: Page<string>): void
    fail(error: Error): void
  }[] = []
  const feed = new Feed<string>(
    (after, signal) =>
      new Promise((give, fail) => asked.push({ after, signal: signal ?? new AbortController().signal, give, fail })),
  )
  return { feed, asked }
}

describe("Feed", () => {
  it("grows page by page and stops at the last", async () => {
    const { feed, asked } = controlled()
    const first = feed.load()
    expect([feed.first, feed.pending]).toEqual([true, true])
    asked[0]?.give(page(["a"], "1"))
    await first
    expect([feed.first, feed.pending, feed.more]).toEqual([false, false, true])
    const second = feed.load()
    expect(asked[1]?.after).toBe("1")
    asked[1]?.give(page(["b"], null))
    await second
    expect(feed.rows).toEqual(["a", "b"])
    await feed.load()
    expect(asked).toHaveLength(2)
  })

  it("asks once, however often the end comes into view", async () => {
    const { feed, asked } = controlled()
    void feed.load()
    void feed.load()
    expect(asked).toHaveLength(1)
  })

  it("keeps what is there when the next page fails, and can try again", async () => {
    const { feed, asked } = controlled()
    const first = feed.load()
    asked[0]?.give(page(["a"], "1"))
    await first
    const second = feed.load()
    asked[1]?.fail(new Error("cut"))
    await second
    expect(feed.rows).toEqual(["a"])
    expect(feed.problem?.fields).toEqual({ reason: "cut" })
    const again = feed.load()
    expect(feed.problem).toBeNull()
    asked[2]?.give(page(["b"], null))
    await again
    expect(feed.rows).toEqual(["a", "b"])
  })

  it("keeps the old rows until a reload has new ones, and drops what was under way", async () => {
    const { feed, asked } = controlled()
    const first = feed.load()
    asked[0]?.give(page(["a"], "1"))
    await first
    const late = feed.load()
    const again = feed.reload()
    expect(asked[1]?.signal.aborted).toBe(true)
    expect(feed.rows).toEqual(["a"])
    asked[2]?.give(page(["c"], null))
    await again
    asked[1]?.give(page(["b"], "2"))
    await late
    expect(feed.rows).toEqual(["c"])
    expect(feed.more).toBe(false)
  })

  it("changes a row in place", async () => {
    const { feed, asked } = controlled()
    const first = feed.load()
    asked[0]?.give(page(["a", "b"], null))
    await first
    feed.put(
      (row) => row === "b",
      () => "B",
    )
    expect(feed.rows).toEqual(["a", "B"])
  })
})
