import { describe, expect, it } from "vitest"
import { assetsOf, imagesOf } from "./images.ts"

const one = { url: "/1", name: "a.png", media_type: "image/png", width: 4, height: 3 }

describe("the images of an item", () => {
  it("are there for an editor all together, or not at all", () => {
    const two = { ...one, url: "/2", name: "b.png", thumbnail: "/2s", tiles: "/2t" }
    expect(assetsOf([one, two])).toEqual([
      { url: "/1", tiles: null, thumbnail: null, name: "a.png", mediaType: "image/png", width: 4, height: 3 },
      { url: "/2", tiles: "/2t", thumbnail: "/2s", name: "b.png", mediaType: "image/png", width: 4, height: 3 },
    ])
    // Without the second one the marks of the third would lie on it.
    expect(assetsOf([one, { ...two, width: null }, one])).toEqual([])
    expect(assetsOf([one, { ...two, url: null }])).toEqual([])
  })
  it("are drawn in full where an answer is looked at", () => {
    expect(imagesOf([one])).toEqual([{ name: "a.png", width: 4, height: 3, thumbnail: null, media: "/1" }])
  })
})
