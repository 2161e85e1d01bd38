import { describe, expect, it } from "vitest"
import type { TileAt } from "./pyramid.ts"
import { keyOf } from "./pyramid.ts"
import { AT_ONCE, BYTES_MAX, TileStore } from "./tileStore.ts"

interface Asked {
  readonly key: string
  readonly signal: AbortSignal
  arrive(side?: number): Promise<void>
  fail(): Promise<void>
}

class Fake {
  readonly asked: Asked[] = []
  readonly later: (() => void)[] = []
  closed = 0
  changes = 0
  readonly store = new TileStore(
    (tile, signal) =>
      new Promise<{ width: number; height: number; close(): void }>((resolve, reject) => {
        this.asked.push({
          key: keyOf(tile),
          signal,
          arrive: (side = 512) => {
            resolve({ width: side, height: side, close: () => this.closed++ })
            return settled()
          },
          fail: () => {
            reject(new Error("no"))
            return settled()
          },
        })
      }),
    () => this.changes++,
    (then) => {
      this.later.push(then)
      return () => {}
    },
  )

  of(key: string): Asked {
    return this.asked.findLast((each) => each.key === key) as Asked
  }
}

const settled = () => new Promise<void>((resolve) => setTimeout(resolve))
const tiles = (...columns: number[]): TileAt[] => columns.map((column) => ({ level: 0, column, row: 0 }))

describe("TileStore", () => {
  it("asks for a few at a time, the most urgent first, and goes on as they come", async () => {
    const fake = new Fake()
    fake.store.want(tiles(0, 1, 2, 3, 4, 5, 6, 7))
    expect(fake.asked.map(({ key }) => key)).toEqual(["0/0/0", "0/1/0", "0/2/0", "0/3/0", "0/4/0", "0/5/0"])
    expect(AT_ONCE).toBe(6)
    await fake.of("0/3/0").arrive()
    expect(fake.asked.at(-1)?.key).toBe("0/6/0")
    expect(fake.store.get({ level: 0, column: 3, row: 0 })).toBeDefined()
    expect(fake.changes).toBe(1)
  })

  it("calls off what is no longer wanted, and closes it if it comes all the same", async () => {
    const fake = new Fake()
    fake.store.want(tiles(0, 1))
    fake.store.want(tiles(1, 2))
    expect(fake.of("0/0/0").signal.aborted).toBe(true)
    expect(fake.of("0/1/0").signal.aborted).toBe(false)
    await fake.of("0/0/0").arrive()
    expect(fake.closed).toBe(1)
    expect(fake.store.get({ level: 0, column: 0, row: 0 })).toBeUndefined()
  })

  it("keeps within its bytes, what was used longest ago goes first, and never what is wanted", async () => {
    const fake = new Fake()
    // Each of these takes a quarter of all bytes.
    const side = Math.sqrt(BYTES_MAX / 16)
    for (const column of [0, 1, 2, 3]) {
      fake.store.want(tiles(column))
      await fake.of(`0/${column}/0`).arrive(side)
    }
    fake.store.get({ level: 0, column: 0, row: 0 })
    fake.store.want(tiles(4))
    await fake.of("0/4/0").arrive(side)
    expect(fake.store.bytes).toBe(BYTES_MAX)
    const held = [0, 1, 2, 3, 4].filter((column) => fake.store.get({ level: 0, column, row: 0 }))
    expect(held).toEqual([0, 2, 3, 4])
  })

  it("tells of a tile that does not come, and asks again when its time has come or somebody says so", async () => {
    const fake = new Fake()
    fake.store.want(tiles(0))
    await fake.of("0/0/0").fail()
    expect([fake.store.failed, fake.asked.length]).toEqual([1, 1])
    fake.later[0]?.()
    expect(fake.asked).toHaveLength(2)
    await fake.of("0/0/0").fail()
    expect(fake.store.failed).toBe(1)
    fake.store.retry()
    expect([fake.store.failed, fake.asked.length]).toEqual([0, 3])
    await fake.of("0/0/0").arrive()
    expect([fake.store.failed, fake.store.isComplete]).toEqual([0, true])
  })

  it("shows the old look until the new has come", async () => {
    const fake = new Fake()
    fake.store.want(tiles(0))
    await fake.of("0/0/0").arrive()
    fake.store.renew()
    expect(fake.store.isComplete).toBe(false)
    expect(fake.store.get({ level: 0, column: 0, row: 0 })).toBeDefined()
    await fake.of("0/0/0").arrive()
    expect([fake.closed, fake.store.isComplete]).toEqual([1, true])
  })

  it("lets everything go in the end", async () => {
    const fake = new Fake()
    fake.store.want(tiles(0, 1))
    await fake.of("0/0/0").arrive()
    fake.store.destroy()
    expect([fake.closed, fake.store.bytes, fake.of("0/1/0").signal.aborted]).toEqual([1, 0, true])
  })
})
