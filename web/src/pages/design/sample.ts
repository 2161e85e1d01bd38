/** Made-up content for the design page: plausible, fixed, and nobody's data. */

export const classChoices = [
  { value: "car", label: "Car", colour: "#0279ff", hint: "1" },
  { value: "pedestrian", label: "Pedestrian", colour: "#ce8a00", hint: "2" },
  { value: "bicycle", label: "Bicycle", colour: "#d82841", hint: "3" },
  { value: "bus", label: "Bus", colour: "#217e7d", hint: "4" },
  { value: "traffic-light", label: "Traffic light", colour: "#c4e01d", hint: "5" },
  { value: "traffic-sign", label: "Traffic sign", colour: "#5d32cc", hint: "6" },
  { value: "tram", label: "Tram", colour: "#ffbce7", hint: "7" },
  { value: "dog", label: "Dog", colour: "#8e1f00" },
  { value: "stroller", label: "Stroller", colour: "#27acff" },
  { value: "velo-taxi", label: "Vélo-taxi", colour: "#94ca86" },
] as const

export const stateChoices = [
  { value: "open", label: "Open" },
  { value: "labeling", label: "Labeling" },
  { value: "review", label: "In review" },
  { value: "done", label: "Accepted" },
  { value: "cancelled", label: "Cancelled", disabled: true },
] as const

export interface SampleTask {
  readonly id: string
  readonly name: string
  readonly status: "waiting" | "active" | "done" | "warn" | "bad"
  readonly state: string
  readonly marks: number
  readonly agreement: number
  readonly worker: string
  readonly seconds: number
}

const states = [
  ["done", "Accepted"],
  ["active", "Labeling"],
  ["warn", "Disagreement"],
  ["waiting", "Open"],
  ["done", "Accepted"],
  ["bad", "Sent back"],
] as const

export const sampleTasks: readonly SampleTask[] = Array.from({ length: 24 }, (_, at) => {
  const [status, state] = states[at % states.length] ?? states[0]
  return {
    id: `t${at}`,
    name: `lisbon/night/IMG_${String(1042 + at * 7).padStart(4, "0")}.jpg`,
    status,
    state,
    marks: (at * 13) % 41,
    agreement: status === "waiting" ? Number.NaN : 0.55 + ((at * 29) % 45) / 100,
    worker: `w-${((at * 2654435761) % 4096).toString(16).padStart(3, "0")}`,
    seconds: 18 + ((at * 37) % 140),
  }
})

/** `count` days from a fixed Monday, in seconds since 1970. */
export const days = (count: number): number[] =>
  Array.from({ length: count }, (_, at) => Date.UTC(2026, 1, 2) / 1_000 + at * 86_400)

/** A course that climbs and wavers, the same each time. */
export const course = (count: number, from: number, to: number, waver: number): number[] =>
  Array.from(
    { length: count },
    (_, at) => from + ((to - from) * at) / Math.max(1, count - 1) + waver * Math.sin(at * 1.7) * Math.cos(at * 0.6),
  )
