// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { poll } from "./poll.ts"

describe("poll", () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it("asks now, again after each answer, and no more once stopped", async () => {
    const ask = vi.fn(async () => {})
    const stop = poll(ask, 3)
    expect(ask).toHaveBeenCalledTimes(1)
    await vi.advanceTimersByTimeAsync(6_100)
    expect(ask).toHaveBeenCalledTimes(3)
    stop()
    await vi.advanceTimersByTimeAsync(30_000)
    expect(ask).toHaveBeenCalledTimes(3)
  })

  it("waits for a slow answer instead of asking beside it", async () => {
    let answer = () => {}
    const ask = vi.fn(() => new Promise<void>((done) => (answer = done)))
    const stop = poll(ask, 1)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(ask).toHaveBeenCalledTimes(1)
    answer()
    await vi.advanceTimersByTimeAsync(1_000)
    expect(ask).toHaveBeenCalledTimes(2)
    stop()
  })

  it("rests while the window is hidden and asks at once when it is back", async () => {
    const hidden = vi.spyOn(document, "hidden", "get").mockReturnValue(true)
    const ask = vi.fn(async () => {})
    const stop = poll(ask, 1)
    await vi.advanceTimersByTimeAsync(5_000)
    expect(ask).not.toHaveBeenCalled()
    hidden.mockReturnValue(false)
    document.dispatchEvent(new Event("visibilitychange"))
    await vi.advanceTimersByTimeAsync(0)
    expect(ask).toHaveBeenCalledTimes(1)
    stop()
  })
})
