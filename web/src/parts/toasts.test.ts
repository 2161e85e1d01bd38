import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { ToastList } from "./toasts.svelte.ts"

const titles = (toasts: ToastList) => toasts.list.map(({ title }) => title)

describe("ToastList", () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())

  it("lets plain news go after 6 s and news with an undo after 10 s", () => {
    const toasts = new ToastList()
    toasts.show({ title: "Saved" })
    toasts.show({ title: "Deleted", undo: () => {} })
    vi.advanceTimersByTime(6_000)
    expect(titles(toasts)).toEqual(["Deleted"])
    vi.advanceTimersByTime(4_000)
    expect(titles(toasts)).toEqual([])
  })

  it("keeps bad news until it is dismissed", () => {
    const toasts = new ToastList()
    const id = toasts.show({ tone: "bad", title: "Not saved" })
    vi.advanceTimersByTime(3_600_000)
    expect(titles(toasts)).toEqual(["Not saved"])
    toasts.dismiss(id)
    expect(titles(toasts)).toEqual([])
  })

  it("shows four at most and drops the oldest", () => {
    const toasts = new ToastList()
    for (const title of ["1", "2", "3", "4", "5"]) toasts.show({ title })
    expect(titles(toasts)).toEqual(["2", "3", "4", "5"])
  })

  it("stops the clock while held and goes on from there", () => {
    const toasts = new ToastList()
    toasts.show({ title: "Saved" })
    vi.advanceTimersByTime(4_000)
    toasts.hold()
    vi.advanceTimersByTime(60_000)
    toasts.release()
    // 2 of the 6 seconds are left.
    vi.advanceTimersByTime(1_900)
    expect(titles(toasts)).toEqual(["Saved"])
    vi.advanceTimersByTime(100)
    expect(titles(toasts)).toEqual([])
  })

  it("leaves at least a second to what comes or ends while held", () => {
    const toasts = new ToastList()
    toasts.show({ title: "Old" })
    vi.advanceTimersByTime(5_999)
    toasts.hold()
    toasts.show({ title: "New" })
    vi.advanceTimersByTime(60_000)
    toasts.release()
    vi.advanceTimersByTime(999)
    expect(titles(toasts)).toEqual(["Old", "New"])
    vi.advanceTimersByTime(1)
    expect(titles(toasts)).toEqual(["New"])
  })
})
