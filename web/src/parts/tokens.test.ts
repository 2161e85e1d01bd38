import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { classColours, contrast, linear } from "./colour.ts"

const css = readFileSync(join(import.meta.dirname, "tokens.css"), "utf8")

/** A token's hex in one theme: both sides of light-dark(), or the single value that serves both. */
function token(name: string, theme: "light" | "dark"): string {
  const value = new RegExp(`--${name}: (?:light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\)|(#[0-9a-f]{6}));`).exec(css)
  const hex = value?.[3] ?? value?.[theme === "light" ? 1 : 2]
  if (!hex) throw new Error(`tokens.css gives --${name} no plain colour.`)
  return hex
}

const grounds = ["canvas", "surface", "raised", "sunken", "hover", "pressed"]

describe.each(["light", "dark"] as const)("the %s theme", (theme) => {
  it.each(
    ["ink", "ink-2", "ink-3", "accent-ink", "good-ink", "warn-ink", "bad-ink"].flatMap((ink) =>
      grounds.map((ground) => [ink, ground]),
    ),
  )("reads --%s on --%s (AA: 4.5)", (ink, ground) => {
    expect(contrast(token(ink, theme), token(ground, theme))).toBeGreaterThanOrEqual(4.5)
  })

  it.each([
    ["accent-ink", "accent-soft"],
    ["good-ink", "good-soft"],
    ["warn-ink", "warn-soft"],
    ["bad-ink", "bad-soft"],
    ["ink", "accent-soft"],
    ["on-accent", "accent"],
    ["on-accent", "accent-hover"],
    ["on-accent", "bad"],
    ["on-accent", "bad-hover"],
  ])("reads --%s on --%s (AA: 4.5)", (ink, ground) => {
    expect(contrast(token(ink, theme), token(ground, theme))).toBeGreaterThanOrEqual(4.5)
  })

  it.each(
    ["line-strong", "focus", "accent", "good", "warn", "bad"].flatMap((mark) =>
      ["canvas", "surface", "raised"].map((ground) => [mark, ground]),
    ),
  )("sees --%s on --%s (controls: 3)", (mark, ground) => {
    expect(contrast(token(mark, theme), token(ground, theme))).toBeGreaterThanOrEqual(3)
  })
})

type Triple = readonly [number, number, number]
type Matrix = readonly [Triple, Triple, Triple]

const apply = (matrix: Matrix, [x, y, z]: Triple): Triple =>
  matrix.map(([a, b, c]) => a * x + b * y + c * z) as unknown as Triple

/** OKLab of linear light; distances in it follow the eye. Source: Ottosson 2020, "A perceptual color space". */
function oklab(light: Triple): Triple {
  const inGamut = light.map((value) => Math.min(1, Math.max(0, value))) as unknown as Triple
  const cones = apply(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    inGamut,
  ).map(Math.cbrt) as unknown as Triple
  return apply(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    cones,
  )
}

// Sight with one kind of cone missing, on linear light. Source: Machado, Oliveira and Fernandes 2009, severity 1.0.
const sights: readonly { name: string; least: number; matrix: Matrix }[] = [
  {
    name: "normal",
    least: 0.1,
    matrix: [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ],
  },
  {
    name: "protan",
    least: 0.1,
    matrix: [
      [0.152286, 1.052583, -0.204868],
      [0.114503, 0.786281, 0.099216],
      [-0.003882, -0.048116, 1.051998],
    ],
  },
  {
    name: "deutan",
    least: 0.1,
    matrix: [
      [0.367322, 0.860646, -0.227968],
      [0.280085, 0.672501, 0.047413],
      [-0.01182, 0.04294, 0.968881],
    ],
  },
  {
    name: "tritan",
    least: 0.085,
    matrix: [
      [1.255528, -0.076749, -0.178779],
      [-0.078411, 0.930809, 0.147602],
      [0.004733, 0.691367, 0.3039],
    ],
  },
]

describe("the class palette", () => {
  it("is the same in tokens.css and colour.ts", () => {
    expect(classColours.map((_, at) => token(`class-${at + 1}`, "light"))).toEqual(classColours.map(({ hex }) => hex))
  })

  it.each(sights)("keeps any two colours apart with $name sight", ({ least, matrix }) => {
    const seen = classColours.map(({ hex }) => oklab(apply(matrix, linear(hex))))
    const gaps = seen.flatMap((one, at) =>
      seen.slice(at + 1).map((other) => Math.hypot(one[0] - other[0], one[1] - other[1], one[2] - other[2])),
    )
    expect(gaps).toHaveLength(66)
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(least)
  })
})
