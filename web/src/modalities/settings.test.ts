import { describe, expect, it } from "vitest"
import { DEFAULTS, Settings } from "./settings.ts"

function storage(stored: string | null) {
  const kept = new Map([["fairmark.editor", stored]])
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  }
}

describe("Settings", () => {
  it("come back as they were left", () => {
    const place = storage(null)
    new Settings(place).set({ preset: "cvat", fill: 0.3, overrides: { undo: ["U"] } })
    expect(new Settings(place).values).toEqual({ ...DEFAULTS, preset: "cvat", fill: 0.3, overrides: { undo: ["U"] } })
  })
  it.each(["not json", "[]", "null", '{"preset":"vim","brightness":99,"labels":3,"overrides":[1]}'])(
    "survive %s",
    (stored) => {
      expect(new Settings(storage(stored)).values).toEqual(DEFAULTS)
    },
  )
  it("take over what another editor has stored meanwhile, and tell of it once", () => {
    const place = storage(null)
    const [first, second] = [new Settings(place), new Settings(place)]
    let told = 0
    second.topics.on("settings", () => told++)
    first.set({ decides: true })
    expect(second.values.decides).toBe(false)
    second.readAgain()
    second.readAgain()
    expect([second.values.decides, told]).toEqual([true, 1])
  })
  it("work where nothing can be kept", () => {
    const full = {
      getItem: () => null,
      setItem: () => {
        throw new Error("full")
      },
    }
    const settings = new Settings(full)
    settings.set({ crosshair: false })
    expect(settings.values.crosshair).toBe(false)
  })
})
