import { expect, it } from "vitest"
import { addressesOf } from "./addresses.ts"

it("takes each line once and leaves out what is none", () =>
  expect(addressesOf("https://a/1.jpg\r\n\n  https://a/2.jpg \n# old\nhttps://a/1.jpg")).toEqual([
    "https://a/1.jpg",
    "https://a/2.jpg",
  ]))
it("finds nothing in nothing", () => expect(addressesOf(" \n")).toEqual([]))
