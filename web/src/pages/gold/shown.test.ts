import { describe, expect, it } from "vitest"
import { shown } from "./shown.ts"

const told = { url: "/a", tiles: "/t", name: "a.tif", media_type: "image/tiff", width: 30, height: 20 }

describe("shown", () => {
  it("keeps order, tiles and sizes", () => {
    const found = shown([told, { ...told, url: "/b", tiles: null }])
    expect(found.map(({ url, tiles, mediaType, width }) => [url, tiles, mediaType, width])).toEqual([
      ["/a", "/t", "image/tiff", 30],
      ["/b", null, "image/tiff", 30],
    ])
  })
  it("is nothing while one of them is not ready", () => {
    expect(shown([told, { ...told, url: null }])).toEqual([])
    expect(shown([{ ...told, width: null }])).toEqual([])
  })
})
