/** Numbers in fields: limits and steps without the dust of binary fractions. */

export interface Limits {
  readonly min?: number | undefined
  readonly max?: number | undefined
  /** Distance between neighbouring values, counted from min or else from 0. Above 0. */
  readonly step?: number | undefined
}

const decimalsOf = (value: number): number => {
  const [, fraction = "", exponent = "0"] = /(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? []
  return Math.max(0, fraction.length - Number(exponent))
}

/** `value` moved into the limits and onto the nearest step inside them. */
export function snap(value: number, { min = -Infinity, max = Infinity, step }: Limits): number {
  let snapped = value
  if (step) {
    const origin = Number.isFinite(min) ? min : 0
    const decimals = Math.min(12, Math.max(decimalsOf(step), decimalsOf(origin)))
    const onGrid = (steps: number) => Number((origin + steps * step).toFixed(decimals))
    const steps = Math.round((value - origin) / step)
    snapped = onGrid(steps)
    if (snapped > max) snapped = onGrid(Math.floor((max - origin) / step))
  }
  return Math.min(max, Math.max(min, snapped))
}

/** The next value up (`by` 1) or down (-1), or by several steps. An empty field starts at min, or 0. */
export function stepped(value: number | null, by: number, limits: Limits): number {
  if (value === null) return snap(limits.min ?? 0, limits)
  return snap(value + by * (limits.step ?? 1), limits)
}

/** Why `value` does not fit, as a sentence for the person who typed it; null if it fits. */
export function misfit(value: number, { min, max, step }: Limits): string | null {
  if (min !== undefined && value < min) return `The least is ${min}.`
  if (max !== undefined && value > max) return `The most is ${max}.`
  if (step && snap(value, { min, step }) !== value) return `Goes in steps of ${step}.`
  return null
}
