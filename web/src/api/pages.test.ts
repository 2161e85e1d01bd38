import { describe, expect, it, vi } from "vitest"
import type { PageSource } from "./pages.ts"
import { pagesOf, rowsOf } from "./pages.ts"

/** Rows 1 to 5 in pages of two; the cursor is the last row seen. */
const five: PageSource<number> = async (after) => {
  const rows = [1, 2, 3, 4, 5].filter((row) => row > Number(after ?? 0)).slice(0, 2)
  const last = rows.at(-1) ?? 5
  return { rows, next: last < 5 ? String(last) : null }
}

describe("pagesOf", () => {
  it("follows the cursor to the end", async () => {
    const pages: (readonly number[])[] = []
    for await (const page of pagesOf(five)) pages.push(page.rows)
    expect(pages).toEqual([[1, 2], [3, 4], [5]])
  })
  it("asks for no more than is read", async () => {
    const source = vi.fn(five)
    for await (const _ of pagesOf(source)) break
    expect(source).toHaveBeenCalledTimes(1)
  })
  it("does not go round in circles", async () => {
    const circle: PageSource<number> = async () => ({ rows: [1], next: "same" })
    await expect(collect(circle)).rejects.toThrow(/twice/)
  })
})

async function collect(source: PageSource<number>) {
  const rows: number[] = []
  for await (const row of rowsOf(source)) rows.push(row)
  return rows
}

describe("rowsOf", () => {
  it("joins the pages", async () => expect(await collect(five)).toEqual([1, 2, 3, 4, 5]))
  it("stands an empty list", async () => {
    expect(await collect(async () => ({ rows: [], next: null }))).toEqual([])
  })
})
