/** The ontology of the harness: every field kind, conditions, keys, limits, tags. */

import type { Ontology } from "#editor/ontology.ts"

export const ontology: Ontology = {
  version: 1,
  classes: [
    {
      id: "car",
      name: "Car",
      color: "#0279ff",
      marks: ["box"],
      attributes: [
        {
          id: "view",
          name: "Seen from",
          kind: "single",
          required: true,
          options: [
            { id: "front", name: "Front" },
            { id: "side", name: "Side" },
            { id: "rear", name: "Rear" },
          ],
        },
        { id: "occluded", name: "Occluded", kind: "boolean" },
        {
          id: "by",
          name: "Occluded by",
          kind: "multiple",
          when: { field: "occluded", is: true },
          options: [
            { id: "vehicle", name: "Vehicle" },
            { id: "person", name: "Person" },
            { id: "plant", name: "Plant" },
          ],
        },
        {
          id: "plate",
          name: "Plate",
          kind: "text",
          max: 12,
          pattern: "[A-Z0-9-]+",
          help: "Capitals, digits and dashes.",
        },
      ],
    },
    {
      id: "pedestrian",
      name: "Pedestrian",
      color: "#d82841",
      marks: ["box"],
      attributes: [{ id: "age", name: "Age group", kind: "scale", min: 1, max: 5 }],
    },
    { id: "cyclist", name: "Cyclist", color: "#ce8a00", marks: ["box"], max_count: 5 },
    { id: "bus", name: "Bus", color: "#217e7d", marks: ["box"] },
    { id: "truck", name: "Truck", color: "#c4e01d", marks: ["box"] },
    { id: "sign", name: "Traffic sign", color: "#5d32cc", marks: ["box"], key: "s" },
    { id: "light", name: "Traffic light", color: "#27acff", marks: ["box"] },
    { id: "blurred", name: "Blurred", color: "#94ca86", marks: ["tag"] },
    { id: "night", name: "Night", color: "#5a2b84", marks: ["tag"] },
    { id: "road", name: "Road", color: "#e76f51", marks: ["polygon"], key: "d" },
    { id: "lane", name: "Lane", color: "#8ecae6", marks: ["polyline"] },
    { id: "hydrant", name: "Hydrant", color: "#ef476f", marks: ["points"] },
    { id: "truckload", name: "Load", color: "#b5179e", marks: ["cuboid"] },
    { id: "ship", name: "Ship", color: "#06d6a0", marks: ["rotated_box"] },
    { id: "wheel", name: "Wheel", color: "#ffd166", marks: ["ellipse"] },
    {
      id: "walker",
      name: "Walker",
      color: "#c45bb8",
      marks: ["skeleton"],
      skeleton: {
        points: [
          { id: "head", name: "Head", x: 0.5, y: 0 },
          { id: "hand", name: "Left hand", x: 1, y: 0.5 },
          { id: "right_hand", name: "Right hand", x: 0, y: 0.5 },
          { id: "foot", name: "Foot", x: 0.5, y: 1 },
        ],
        edges: [
          ["head", "hand"],
          ["head", "right_hand"],
          ["head", "foot"],
        ],
        mirrored: [["hand", "right_hand"]],
      },
    },
    { id: "leaf", name: "Leaf", color: "#2a9d4b", marks: ["mask", "polygon", "box", "ellipse"] },
  ],
  links: [
    { id: "tows", name: "tows", from: ["truck", "car"], to: ["car"] },
    { id: "follows", name: "follows", from: ["car"], to: ["car"] },
    { id: "beside", name: "beside", from: ["pedestrian"], to: ["pedestrian"], directed: false },
  ],
  questions: [
    {
      id: "weather",
      name: "Weather",
      kind: "single",
      required: true,
      options: [
        { id: "clear", name: "Clear" },
        { id: "rain", name: "Rain" },
        { id: "snow", name: "Snow" },
      ],
    },
    {
      id: "wet",
      name: "How wet is the road",
      kind: "scale",
      min: 0,
      max: 4,
      when: { field: "weather", in: ["rain", "snow"] },
    },
    { id: "lanes", name: "Lanes", kind: "number", min: 0, max: 12, step: 1 },
    { id: "note", name: "Remark", kind: "text", max: 500 },
    { id: "taken", name: "Taken on", kind: "date" },
  ],
}

/** Boxes of two classes, and nothing that has to be answered. */
export const twoClasses: Ontology = {
  version: 1,
  classes: [
    { id: "small", name: "Small or blue", color: "#0279ff", marks: ["box"] },
    { id: "large", name: "Large or red", color: "#d82841", marks: ["box"] },
  ],
}
