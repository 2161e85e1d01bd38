/** A browser as people call it, from what it says of itself: "Firefox on Linux". */

/** In this order: Edge and Opera call themselves Chrome too, and Chrome calls itself Safari. */
const browsers: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(e|A|iOS)?\//, "Edge"],
  [/\bOPR\//, "Opera"],
  [/\bFirefox\/|\bFxiOS\//, "Firefox"],
  [/\bChrom(e|ium)\/|\bCriOS\/|\bHeadlessChrome\//, "Chrome"],
  [/\bSafari\//, "Safari"],
]

/** iPads and Android before the systems that they also name. */
const systems: readonly (readonly [RegExp, string])[] = [
  [/iPhone|iPad/, "iOS"],
  [/Android/, "Android"],
  [/Windows/, "Windows"],
  [/Mac OS X|Macintosh/, "macOS"],
  [/CrOS/, "ChromeOS"],
  [/Linux/, "Linux"],
]

const found = (list: readonly (readonly [RegExp, string])[], text: string) =>
  list.find(([sign]) => sign.test(text))?.[1]

const DEVICE_KEY = "fairmark.device"

/** This browser's name for drafts: told to the person's other devices, and another one in each browser. */
export function thisDevice(userAgent: string, storage: Pick<Storage, "getItem" | "setItem"> | null): string {
  const fresh = () => Math.floor(Math.random() * 36 ** 4).toString(36)
  let tag: string
  try {
    tag = storage?.getItem(DEVICE_KEY) ?? fresh()
    storage?.setItem(DEVICE_KEY, tag)
  } catch {
    tag = fresh() // Without storage each page is a device of its own.
  }
  return `${device(userAgent)} #${tag}`
}

/** The name as people read it: without what tells two of a kind apart. */
export const deviceWords = (name: string): string => name.replace(/ #\w+$/, "") || "another device"

/** A script says its name at the beginning: "python-httpx/0.28". */
export function device(userAgent: string): string {
  const browser = found(browsers, userAgent)
  const system = found(systems, userAgent)
  if (!browser) return userAgent.split(" ")[0] || "Unknown device"
  return system ? `${browser} on ${system}` : browser
}
