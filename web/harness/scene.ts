/** A street made of paint, and marks on it: seeded, so that every run sees the same. */

import type { WireAnnotation, WireMark } from "#editor/annotation.ts"

/** Numbers in [0, 1) from a seed (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

interface Thing {
  readonly class: string
  readonly x: number
  readonly y: number
  readonly w: number
  readonly h: number
}

/** Things along a street for an image of this size. */
export function things(width: number, height: number): Thing[] {
  const random = chance(7)
  const found: Thing[] = []
  for (let i = 0; i < 14; i++) {
    const depth = 0.15 + 0.85 * random()
    const h = height * 0.16 * depth
    const isCar = random() < 0.6
    const w = isCar ? h * 1.9 : h * 0.4
    found.push({
      class: isCar ? "car" : "pedestrian",
      x: Math.round(random() * (width - w)),
      y: Math.round(height * (0.5 + 0.2 * depth) - h * 0.2),
      w: Math.round(w),
      h: Math.round(h * (isCar ? 1 : 1.5)),
    })
  }
  return found.sort((a, b) => a.y + a.h - b.y - b.h)
}

export async function paint(width: number, height: number): Promise<string> {
  const canvas = new OffscreenCanvas(width, height)
  const context = canvas.getContext("2d") as OffscreenCanvasRenderingContext2D
  const sky = context.createLinearGradient(0, 0, 0, height)
  sky.addColorStop(0, "#7ea6cc")
  sky.addColorStop(0.5, "#dfe6ea")
  sky.addColorStop(0.5, "#6b6e70")
  sky.addColorStop(1, "#4a4c4e")
  context.fillStyle = sky
  context.fillRect(0, 0, width, height)
  const random = chance(3)
  for (let x = 0; x < width; ) {
    const w = width * (0.05 + 0.08 * random())
    const h = height * (0.15 + 0.25 * random())
    context.fillStyle = `hsl(${20 + 30 * random()} 18% ${45 + 25 * random()}%)`
    context.fillRect(x, height * 0.53 - h, w, h)
    context.fillStyle = "rgba(40, 50, 60, 0.5)"
    for (let wx = x + 8; wx < x + w - 14; wx += 26) {
      for (let wy = height * 0.53 - h + 10; wy < height * 0.5; wy += 34) context.fillRect(wx, wy, 12, 18)
    }
    x += w
  }
  for (const thing of things(width, height)) {
    const { x, y, w, h } = thing
    context.fillStyle = "rgba(0, 0, 0, 0.35)"
    context.fillRect(x, y + h * 0.93, w, h * 0.07)
    if (thing.class === "car") {
      context.fillStyle = `hsl(${360 * random()} 45% 40%)`
      context.fillRect(x, y + h * 0.35, w, h * 0.5)
      context.fillRect(x + w * 0.2, y, w * 0.55, h * 0.4)
      context.fillStyle = "#1c1f22"
      for (const at of [0.2, 0.75]) {
        context.beginPath()
        context.arc(x + w * at, y + h * 0.85, h * 0.15, 0, 7)
        context.fill()
      }
    } else {
      context.fillStyle = `hsl(${360 * random()} 40% 35%)`
      context.fillRect(x + w * 0.15, y + h * 0.22, w * 0.7, h * 0.78)
      context.beginPath()
      context.arc(x + w / 2, y + h * 0.12, h * 0.11, 0, 7)
      context.fill()
    }
  }
  return URL.createObjectURL(await canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 }))
}

/** `count` boxes all over the image, and the same street marked by someone a little careless if `seed` says so. */
export function manyBoxes(count: number, width: number, height: number): WireAnnotation {
  const random = chance(11)
  const classes = ["car", "pedestrian", "cyclist", "bus", "truck", "sign", "light"]
  const marks: WireMark[] = []
  for (let i = 0; i < count; i++) {
    const w = 8 + random() * 60
    const h = 8 + random() * 60
    marks.push({
      id: `m${i}`,
      kind: "box",
      class: classes[Math.floor(random() * classes.length)] as string,
      geometry: { x: random() * (width - w), y: random() * (height - h), w, h },
    })
  }
  return { version: 1, marks, answers: {}, links: [] }
}

/** `count` polygons of `corners` corners all over the image. */
export function manyPolygons(count: number, corners: number, width: number, height: number): WireAnnotation {
  const random = chance(13)
  const marks: WireMark[] = []
  for (let i = 0; i < count; i++) {
    const reach = 20 + random() * 60
    const [x, y] = [reach + random() * (width - 2 * reach), reach + random() * (height - 2 * reach)]
    const ring = Array.from({ length: corners }, (_, n) => {
      const turn = (2 * Math.PI * n) / corners
      const away = reach * (0.8 + 0.2 * random())
      return [x + away * Math.cos(turn), y + away * Math.sin(turn)]
    })
    marks.push({ id: `m${i}`, kind: "polygon", class: "road", geometry: { parts: [[ring]] } })
  }
  return { version: 1, marks, answers: {}, links: [] }
}

/** The street as one person marked it. */
export function streetBy(seed: number, width: number, height: number): WireAnnotation {
  const random = chance(seed)
  const marks: WireMark[] = []
  things(width, height).forEach((thing, i) => {
    if (random() < 0.12) return
    const off = () => (random() - 0.5) * 10
    const isCar = thing.class === "car"
    const name = isCar && random() < 0.15 ? "bus" : thing.class
    marks.push({
      id: `s${seed}-${i}`,
      kind: "box",
      class: name,
      geometry: { x: Math.max(0, thing.x + off()), y: thing.y + off(), w: thing.w + off(), h: thing.h + off() },
      attributes: name === "car" ? { view: random() < 0.8 ? "side" : "front" } : {},
    })
  })
  return { version: 1, marks, answers: { weather: random() < 0.7 ? "clear" : "rain" }, links: [] }
}
