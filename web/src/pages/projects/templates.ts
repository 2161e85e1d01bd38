/** Ontologies to start from; each is a beginning that the setup page can change. */

import type { components } from "#api/schema.d.ts"
import { classColours } from "#parts/colour.ts"

type Ontology = components["schemas"]["Ontology"]
type ItemClass = components["schemas"]["ItemClass"]
type Field = components["schemas"]["Field"]

export interface Template {
  readonly id: string
  readonly name: string
  /** What is in it, in a line. */
  readonly text: string
  readonly ontology: Ontology
}

const slug = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "_")

/** Classes with a colour and a key each, in order. */
function classes(mark: "box" | "tag", names: readonly string[], attributes: readonly Field[] = []): ItemClass[] {
  return names.map((name, at) => ({
    id: slug(name),
    name,
    color: classColours[at % classColours.length]?.hex ?? "#0279ff",
    marks: [mark],
    ...(at < 9 ? { key: String(at + 1) } : {}),
    attributes: [...attributes],
    help: "",
    min_count: 0,
    instances: true,
  }))
}

const flag = (name: string, help: string): Field => ({
  id: slug(name),
  name,
  kind: "boolean",
  options: [],
  required: false,
  help,
})
const choice = (name: string, options: readonly string[], help = ""): Field => ({
  id: slug(name),
  name,
  kind: "single",
  options: options.map((option) => ({ id: slug(option), name: option })),
  required: false,
  help,
})

export const templates: readonly Template[] = [
  {
    id: "street",
    name: "Vehicles in street scenes",
    text: "Boxes around cars, vans, trucks, buses, cyclists and people; hidden or cut off; weather of the image.",
    ontology: {
      version: 1,
      links: [],
      classes: classes(
        "box",
        ["Car", "Van", "Truck", "Bus", "Motorcycle", "Bicycle", "Pedestrian"],
        [
          flag("Occluded", "Something in front hides a part of it."),
          flag("Truncated", "It reaches over the border of the image."),
        ],
      ),
      questions: [choice("Weather", ["Clear", "Rain", "Snow", "Fog", "Not visible"])],
    },
  },
  {
    id: "people",
    name: "People",
    text: "Boxes around people and faces, with pose and how much is visible.",
    ontology: {
      version: 1,
      links: [],
      classes: classes(
        "box",
        ["Person", "Face"],
        [choice("Visible", ["Fully", "Mostly", "Partly"], "How much of the whole is in sight.")],
      ).map((one) =>
        one.id === "person"
          ? {
              ...one,
              attributes: [
                ...(one.attributes ?? []),
                choice("Pose", ["Standing", "Walking", "Sitting", "Lying", "Other"]),
              ],
            }
          : one,
      ),
      questions: [flag("Crowd", "More people than can be told apart.")],
    },
  },
  {
    id: "defects",
    name: "Product defects",
    text: "Boxes around scratches, dents, cracks, stains and missing parts, with severity; a verdict for the product.",
    ontology: {
      version: 1,
      links: [],
      classes: classes(
        "box",
        ["Scratch", "Dent", "Crack", "Stain", "Missing part"],
        [{ ...choice("Severity", ["Cosmetic", "Minor", "Critical"]), required: true }],
      ),
      questions: [{ ...choice("Verdict", ["Good", "Rework", "Scrap"]), required: true }],
    },
  },
  {
    id: "tags",
    name: "Image tags",
    text: "No boxes: what the whole image shows, and whether it can be used.",
    ontology: {
      version: 1,
      links: [],
      classes: classes("tag", ["Indoor", "Outdoor", "People", "Animal", "Vehicle", "Food", "Text or document"]),
      questions: [
        {
          ...choice("Quality", ["Sharp", "Usable", "Unusable"], "Unusable: too dark, blurred or cut."),
          required: true,
        },
      ],
    },
  },
]
