/** Colours as the wire writes them, #rrggbb, and the two facts the screen needs of them: contrast and readable ink. */

/** The class palette of tokens.css, in the order in which new classes receive it. */
export const classColours = [
  { hex: "#0279ff", name: "Blue" },
  { hex: "#ce8a00", name: "Amber" },
  { hex: "#d82841", name: "Red" },
  { hex: "#217e7d", name: "Teal" },
  { hex: "#c4e01d", name: "Lime" },
  { hex: "#5d32cc", name: "Violet" },
  { hex: "#ffbce7", name: "Pink" },
  { hex: "#8e1f00", name: "Brown" },
  { hex: "#27acff", name: "Sky" },
  { hex: "#94ca86", name: "Sage" },
  { hex: "#5a2b84", name: "Plum" },
  { hex: "#85a69c", name: "Grey green" },
] as const

/** Red, green and blue, 0 to 255. Throws a RangeError unless `hex` is #rrggbb. */
export function channels(hex: string): readonly [number, number, number] {
  if (!/^#[0-9a-f]{6}$/i.test(hex)) throw new RangeError(`${hex} is no colour: write it as #rrggbb.`)
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as readonly [
    number,
    number,
    number,
  ]
}

/** sRGB channels to linear light, 0 to 1. Source: IEC 61966-2-1. */
export function linear(hex: string): readonly [number, number, number] {
  return channels(hex).map((channel) => {
    const value = channel / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }) as unknown as readonly [number, number, number]
}

/** Relative luminance, 0 (black) to 1 (white). Source: WCAG 2.2. */
export function luminance(hex: string): number {
  const [red, green, blue] = linear(hex)
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** Contrast ratio of two colours, 1 to 21, in either order. Text needs 4.5, large text and controls 3. Source: WCAG 2.2. */
export function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

/** Black or white, whichever reads better on `ground`. One of the two always reaches 4.5. */
export function inkOn(ground: string): "#000000" | "#ffffff" {
  return contrast(ground, "#000000") >= contrast(ground, "#ffffff") ? "#000000" : "#ffffff"
}

/** The first colour of the palette that `taken` lacks; once all are taken, the palette starts again. */
export function nextColour(taken: readonly string[]): string {
  const used = new Set(taken.map((hex) => hex.toLowerCase()))
  const free = classColours.find((colour) => !used.has(colour.hex))
  return (free ?? classColours[taken.length % classColours.length] ?? classColours[0]).hex
}
