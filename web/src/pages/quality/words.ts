/** What the figures of quality mean, for people without statistics. */

/** How far the judges of a project are known, 0 to 1. */
export function knownWords(known: number): string {
  if (known < 0.02) return "Everybody counts alike: answers are a simple vote."
  if (known < 0.5) return "Who said it counts a little; with more work, or some gold, it counts more."
  return known < 0.9
    ? "Answers are weighed by who said them."
    : "Answers are weighed by who said them, as far as can be."
}

/** What an expected calibration error means. */
export function calibrationWords(error: number): string {
  if (error < 0.03) return "It can be taken at its word."
  return error < 0.07 ? "It is about right." : "It is to be taken with care."
}

/** Below so many units an agreement figure says nothing. */
export const UNITS_MIN = 20

/** What an agreement beyond chance allows. Source of the limits: Krippendorff 2004, ch. 11. */
export function agreementWords(value: number | null, units: number): string {
  if (value === null || units < UNITS_MIN) return "too few to say"
  if (value >= 0.8) return "can be relied on"
  if (value >= 0.667) return "with care"
  return value > 0.2 ? "weak: mend the guideline" : "hardly more than chance"
}
