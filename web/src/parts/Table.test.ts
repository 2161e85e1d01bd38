// @vitest-environment jsdom
import type { Component, ComponentProps } from "svelte"
import { flushSync } from "svelte"
import { beforeEach, describe, expect, it, vi } from "vitest"
import { click, draw, press, words } from "./mounting.ts"
import { Selection } from "./selection.svelte.ts"
import Table from "./Table.svelte"
import type { Column } from "./table.ts"
import { nextSort } from "./table.ts"

interface Task {
  id: string
  marks: number
}
const tasks: Task[] = ["a", "b", "c"].map((id, at) => ({ id, marks: at }))
const columns: Column<Task>[] = [
  { id: "id", title: "Task", text: (task) => task.id },
  { id: "marks", title: "Marks", text: (task) => String(task.marks), sortable: true },
]
type Props = ComponentProps<typeof Table<Task>>
const table = (props: Partial<Props> = {}) =>
  draw(Table as unknown as Component<Record<string, unknown>>, {
    label: "Tasks",
    columns,
    rows: tasks,
    key: (task: Task) => task.id,
    ...props,
  })
const rows = (drawn: HTMLElement) => [...drawn.querySelectorAll<HTMLElement>("tr[data-row]")]

beforeEach(() => {
  vi.stubGlobal(
    "IntersectionObserver",
    class {
      constructor(seen: (entries: { isIntersecting: boolean }[]) => void) {
        seen([{ isIntersecting: true }])
      }
      observe() {}
      disconnect() {}
    },
  )
})

describe("nextSort", () => {
  it("goes up first, then turns", () => {
    expect(nextSort(undefined, "marks")).toEqual({ by: "marks", descending: false })
    expect(nextSort({ by: "marks", descending: false }, "marks")).toEqual({ by: "marks", descending: true })
    expect(nextSort({ by: "marks", descending: true }, "marks")).toEqual({ by: "marks", descending: false })
    expect(nextSort({ by: "marks", descending: true }, "id")).toEqual({ by: "id", descending: false })
  })
})

describe("Table", () => {
  it("has one row in the order of Tab, which the arrows move", () => {
    const drawn = table()
    expect(rows(drawn).map((row) => row.tabIndex)).toEqual([0, -1, -1])
    press(rows(drawn)[0] ?? null, "ArrowDown")
    expect(document.activeElement).toBe(rows(drawn)[1])
    expect(rows(drawn).map((row) => row.tabIndex)).toEqual([-1, 0, -1])
    press(document.activeElement, "End")
    press(document.activeElement, "ArrowDown")
    expect(document.activeElement).toBe(rows(drawn)[2])
  })

  it("opens a row by Enter and by a click on its first cell", () => {
    const onopen = vi.fn()
    const drawn = table({ onopen })
    press(rows(drawn)[1] ?? null, "Enter")
    click(drawn.querySelector("button.main"))
    expect(onopen.mock.calls.map(([task]) => task.id)).toEqual(["b", "a"])
  })

  it("leaves keys to the controls within a row", () => {
    const onopen = vi.fn()
    const drawn = table({ onopen })
    expect(press(drawn.querySelector("button.main"), "Enter")).toBe(true)
    expect(onopen).not.toHaveBeenCalled()
  })

  it("chooses by Space, by Shift with the arrows, and all at once", () => {
    const selection = new Selection()
    const drawn = table({ selection })
    press(rows(drawn)[0] ?? null, " ")
    press(rows(drawn)[0] ?? null, "ArrowDown", { shiftKey: true })
    expect([...selection.keys]).toEqual(["a", "b"])
    expect(rows(drawn).map((row) => row.getAttribute("aria-selected"))).toEqual(["true", "true", "false"])
    const all = drawn.querySelector<HTMLInputElement>("thead input")
    expect(all?.indeterminate).toBe(true)
    all?.click()
    flushSync()
    expect(selection.size).toBe(3)
  })

  it("asks for another order by its titles", () => {
    const onsort = vi.fn()
    const drawn = table({ onsort, sort: { by: "marks", descending: false } })
    expect(drawn.querySelector("[aria-sort]")?.getAttribute("aria-sort")).toBe("ascending")
    click(drawn.querySelector("th button"))
    expect(onsort).toHaveBeenCalledWith({ by: "marks", descending: true })
  })

  it("loads more when its end comes into view", () => {
    const load = vi.fn()
    table({ pager: { more: true, pending: false, load } })
    expect(load).toHaveBeenCalled()
  })

  it("shows what is empty only once it is known to be", () => {
    const empty = words("No tasks yet")
    expect(table({ rows: [], empty, pending: true }).textContent).not.toContain("No tasks yet")
    expect(table({ rows: [], empty }).textContent).toContain("No tasks yet")
  })

  it("shows a problem instead of emptiness", () => {
    const problem = { code: "x", message: "Not loaded.", mend: "", requestId: null, fields: {} }
    const drawn = table({ rows: [], empty: words("No tasks yet"), problem })
    expect(drawn.textContent).toContain("Not loaded.")
    expect(drawn.textContent).not.toContain("No tasks yet")
  })
})
