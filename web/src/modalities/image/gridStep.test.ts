import { expect, it } from "vitest"
import { gridStep } from "./gridStep.ts"

it("gridStep keeps lines 32 CSS pixels apart, on round numbers", () => {
  // 32 / 64 < 1; 32 / 16 = 2; 32 / 1 -> 50; 32 / 0.1 = 320 -> 500; 32 / 3.2 = 10; 32 / 0.5 = 64 -> 100.
  expect([64, 16, 1, 0.1, 3.2, 0.5].map(gridStep)).toEqual([1, 2, 50, 500, 10, 100])
})
