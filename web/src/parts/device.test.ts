import { describe, expect, it } from "vitest"
import { device, deviceWords, thisDevice } from "./device.ts"

describe("device", () => {
  it.each([
    ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"],
    [
      "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15",
      "Safari on macOS",
    ],
    ["Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"],
    ["Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) AppleWebKit/605.1.15 CriOS/140.0 Safari/604.1", "Chrome on iOS"],
    ["Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"],
    ["python-httpx/0.28.1", "python-httpx/0.28.1"],
    ["", "Unknown device"],
  ])("reads %s", (userAgent, words) => expect(device(userAgent)).toBe(words))
})

describe("thisDevice", () => {
  const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
  const shelf = () => {
    const kept = new Map<string, string>()
    return {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    }
  }
  it("stays the same in one browser, and is read without its tag", () => {
    const storage = shelf()
    const name = thisDevice(firefox, storage)
    expect(thisDevice(firefox, storage)).toBe(name)
    expect(name).toMatch(/^Firefox on Linux #\w+$/)
    expect(deviceWords(name)).toBe("Firefox on Linux")
  })
  it("does without storage", () => expect(thisDevice(firefox, null)).toMatch(/^Firefox on Linux #/))
  it("has a word for a device that gave no name", () => expect(deviceWords("")).toBe("another device"))
})
