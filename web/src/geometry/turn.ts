/** Planes turned against one another. Degrees go clockwise, as the y axis points down. */

import type { Size } from "./box.ts"

/** The direction (dx, dy) turned by `degrees`; exact for quarter turns. */
export function turnedWay(dx: number, dy: number, degrees: number): [dx: number, dy: number] {
  const [cos, sin] = cosSin(degrees)
  return [dx * cos - dy * sin, dx * sin + dy * cos]
}

/** The size of the upright rectangle around one of `size` that is turned by `degrees`. */
export function turnedSize({ width, height }: Size, degrees: number): Size {
  const [cos, sin] = cosSin(degrees).map(Math.abs) as [number, number]
  return { width: width * cos + height * sin, height: width * sin + height * cos }
}

/** `degrees` brought into (-180, 180]. */
export function wholeTurnsOff(degrees: number): number {
  const rest = ((degrees % 360) + 360) % 360
  return rest > 180 ? rest - 360 : rest
}

/** The quarter turn next to `degrees`: -90, 0, 90 or 180. */
export function quarterNear(degrees: number): number {
  return wholeTurnsOff(Math.round(degrees / 90) * 90)
}

function cosSin(degrees: number): [cos: number, sin: number] {
  const quarter = [
    [1, 0],
    [0, 1],
    [-1, 0],
    [0, -1],
  ][(((degrees / 90) % 4) + 4) % 4]
  if (quarter) return quarter as [number, number]
  const radians = (degrees * Math.PI) / 180
  return [Math.cos(radians), Math.sin(radians)]
}
