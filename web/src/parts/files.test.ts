import { describe, expect, it } from "vitest"
import type { DroppedFile, Entry } from "./files.ts"
import { sortFiles, walk } from "./files.ts"

const fileEntry = (fullPath: string): Entry => ({
  isFile: true,
  fullPath,
  file: (done) => done(new File(["x"], fullPath.split("/").at(-1) ?? "")),
})

/** A folder whose reader hands out `portion` entries a time, as browsers do. */
const folderEntry = (fullPath: string, children: Entry[], portion = 2): Entry => ({
  isFile: false,
  fullPath,
  createReader: () => {
    let at = 0
    return {
      readEntries: (done) => {
        done(children.slice(at, at + portion))
        at += portion
      },
    }
  },
})

async function all(entries: Entry[], batch?: number): Promise<DroppedFile[][]> {
  const batches: DroppedFile[][] = []
  for await (const some of walk(entries, batch)) batches.push(some)
  return batches
}

describe("walk", () => {
  it("goes through folders in folders, in order, however a reader portions them", async () => {
    const tree = folderEntry("/a", [
      fileEntry("/a/1.jpg"),
      folderEntry("/a/b", [fileEntry("/a/b/2.jpg"), fileEntry("/a/b/3.jpg"), fileEntry("/a/b/4.jpg")]),
      fileEntry("/a/5.jpg"),
    ])
    const [found = []] = await all([tree, fileEntry("/6.jpg")])
    expect(found.map(({ path }) => path)).toEqual([
      "a/1.jpg",
      "a/b/2.jpg",
      "a/b/3.jpg",
      "a/b/4.jpg",
      "a/5.jpg",
      "6.jpg",
    ])
  })
  it("hands over batches", async () => {
    const tree = folderEntry(
      "/a",
      ["1", "2", "3", "4", "5"].map((name) => fileEntry(`/a/${name}.jpg`)),
    )
    expect((await all([tree], 2)).map((batch) => batch.length)).toEqual([2, 2, 1])
  })
  it("gives nothing for nothing", async () => expect(await all([folderEntry("/a", [])])).toEqual([]))
  it("fails if a folder cannot be read", async () => {
    const locked: Entry = {
      isFile: false,
      fullPath: "/a",
      createReader: () => ({ readEntries: (_, failed) => failed(new Error("locked")) }),
    }
    await expect(all([locked])).rejects.toThrow("locked")
  })
})

describe("sortFiles", () => {
  const dropped = (name: string, text = "x", type = "") => ({ file: new File([text], name, { type }), path: name })
  const sort = (files: DroppedFile[], accept: string[] = [], most = 1_048_576) => {
    const { taken, refused } = sortFiles(files, accept, most)
    return { taken: taken.map(({ path }) => path), refused: refused.map(({ path }) => path) }
  }

  it("takes by ending, by type and by kind of type", () => {
    const files = [dropped("a.JPG"), dropped("b", "x", "image/png"), dropped("c.txt", "x", "text/plain")]
    expect(sort(files, [".jpg", "image/*"])).toEqual({ taken: ["a.JPG", "b"], refused: ["c.txt"] })
    expect(sort(files, ["text/plain"])).toEqual({ taken: ["c.txt"], refused: ["a.JPG", "b"] })
  })
  it("refuses empty and oversized files by name", () => {
    expect(sort([dropped("empty.jpg", ""), dropped("big.jpg", "xx"), dropped("ok.jpg")], [], 1)).toEqual({
      taken: ["ok.jpg"],
      refused: ["empty.jpg", "big.jpg"],
    })
  })
  it("passes over what systems leave in folders", () => {
    expect(sort([dropped(".DS_Store"), dropped("Thumbs.db"), dropped("a.jpg")])).toEqual({
      taken: ["a.jpg"],
      refused: [],
    })
  })
})
