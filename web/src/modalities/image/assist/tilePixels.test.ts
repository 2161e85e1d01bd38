import { describe, expect, it } from "vitest"
import type { Box } from "#geometry/box.ts"
import { keyOf, type TileAt } from "../tiles/pyramid.ts"
import type { TilesHead } from "../tiles/window.ts"
import type { Steps } from "./methods/steps.ts"
import { TilePixels } from "./tilePixels.ts"

/** 4,096 by 2,048 in tiles of 512: levels 0 to 3, of 8 by 4, 4 by 2, 2 by 1 and one tile. */
const HEAD: TilesHead = {
  form: "picture",
  width: 4096,
  height: 2048,
  tile: 512,
  levels: 4,
  alpha: false,
  bits: 8,
  bands: [],
  scale: 1,
  offset: 0,
  shown: [0],
  inverted: false,
  unit: "",
}

interface Drawn {
  readonly tile: string
  readonly to: Box
}

function reader(load = (tile: TileAt) => Promise.resolve(tile)) {
  const asked: string[] = []
  const drawn: Drawn[] = []
  let closed = 0
  const pixels = new TilePixels(
    HEAD,
    async (tile) => {
      asked.push(keyOf(tile))
      await load(tile)
      return { width: 512, height: 512, name: keyOf(tile), close: () => closed++ }
    },
    (width, height) => ({
      draw: (picture, _from, to) => drawn.push({ tile: picture.name, to }),
      rgba: () => new Uint8ClampedArray(4 * width * height),
    }),
  )
  return { pixels, asked, drawn, closed: () => closed }
}

async function driven<T>(steps: Steps<T>): Promise<T> {
  for (;;) {
    const next = steps.next()
    if (next.done) return next.value
    await next.value
  }
}

describe("TilePixels", () => {
  it("reads a small piece from the full size, each tile where it lies in it", async () => {
    const { pixels, asked, drawn } = reader()
    const crop = await driven(pixels.read({ x: 500, y: 100, w: 100, h: 50 }, 160_000))
    expect([crop.width, crop.height, crop.box]).toEqual([100, 50, { x: 500, y: 100, w: 100, h: 50 }])
    expect(asked.sort()).toEqual(["0/0/0", "0/1/0"])
    // The first tile ends 12 px into the piece; the second begins there.
    expect(drawn.find(({ tile }) => tile === "0/0/0")?.to).toEqual({ x: -500, y: -100, w: 512, h: 512 })
    expect(drawn.find(({ tile }) => tile === "0/1/0")?.to).toEqual({ x: 12, y: -100, w: 512, h: 512 })
  })

  it("reads a large piece from tiles that are as fine as what is asked for, and no finer than twice that", async () => {
    const { pixels, asked } = reader()
    // 2,048 x 1,024 at 131,072 pixels are 512 x 256: a quarter of the size, level 2, whose tiles span 2,048 px.
    const crop = await driven(pixels.read({ x: 0, y: 0, w: 2048, h: 1024 }, 131_072))
    expect([crop.width, crop.height, asked]).toEqual([512, 256, ["2/0/0"]])
  })

  it("asks for no tile twice, keeps those used last, and gives all back in the end", async () => {
    const { pixels, asked, closed } = reader()
    const piece = { x: 0, y: 0, w: 300, h: 300 }
    await driven(pixels.read(piece, 1e6))
    await driven(pixels.read(piece, 1e6))
    expect(asked).toEqual(["0/0/0"])
    pixels.close()
    await Promise.resolve()
    expect(closed()).toBe(1)
  })

  it("asks again for what did not come", async () => {
    let isDown = true
    const { pixels, asked } = reader((tile) => (isDown ? Promise.reject(new Error("503")) : Promise.resolve(tile)))
    const piece = { x: 0, y: 0, w: 30, h: 30 }
    await expect(driven(pixels.read(piece, 1e6))).rejects.toThrow("503")
    isDown = false
    await driven(pixels.read(piece, 1e6))
    expect(asked).toEqual(["0/0/0", "0/0/0"])
  })
})
