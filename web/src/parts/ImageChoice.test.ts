// @vitest-environment jsdom
import { describe, expect, it } from "vitest"
import ImageChoice from "./ImageChoice.svelte"
import { click, draw } from "./mounting.ts"

describe("ImageChoice", () => {
  it("goes to the others and stops at the ends", () => {
    const at = draw(ImageChoice, { names: ["front.png", "left.png"] })
    const button = (label: string) => at.querySelector(`[aria-label="${label}"]`) as HTMLButtonElement
    expect(at.querySelector(".name")?.textContent).toBe("1 of 2 front.png")
    expect(button("Previous image").disabled).toBe(true)
    click(button("Next image"))
    expect(at.querySelector(".name")?.textContent).toBe("2 of 2 left.png")
    expect(button("Next image").disabled).toBe(true)
    click(button("Previous image"))
    expect(at.querySelector(".name")?.textContent).toBe("1 of 2 front.png")
  })
  it("is not there for one image", () => {
    expect(draw(ImageChoice, { names: ["front.png"] }).querySelector(".choice")).toBeNull()
  })
})
