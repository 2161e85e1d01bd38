// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { Connection } from "./connection.svelte.ts"

describe("Connection", () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())

  it("looks again with growing patience and notices the return", async () => {
    const look = vi.fn(async () => false)
    const connection = new Connection(look)
    connection.lost()
    connection.lost()
    expect(connection.online).toBe(false)
    // Looks after 1, then 2, then 4 seconds: three within the first seven.
    await vi.advanceTimersByTimeAsync(7_000)
    expect(look).toHaveBeenCalledTimes(3)
    look.mockResolvedValue(true)
    await vi.advanceTimersByTimeAsync(8_000)
    expect(connection.online).toBe(true)
    await vi.advanceTimersByTimeAsync(120_000)
    expect(look).toHaveBeenCalledTimes(4)
  })

  it("believes any answer at once", async () => {
    const look = vi.fn(async () => false)
    const connection = new Connection(look)
    connection.lost()
    connection.reached()
    expect(connection.online).toBe(true)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(look).not.toHaveBeenCalled()
  })

  it("follows the browser, but looks before it believes in the network's return", async () => {
    const look = vi.fn(async () => true)
    const connection = new Connection(look)
    const stop = connection.watch()
    window.dispatchEvent(new Event("offline"))
    expect(connection.online).toBe(false)
    window.dispatchEvent(new Event("online"))
    expect(connection.online).toBe(false)
    await vi.advanceTimersByTimeAsync(0)
    expect(connection.online).toBe(true)
    stop()
    window.dispatchEvent(new Event("offline"))
    expect(connection.online).toBe(true)
  })
})
