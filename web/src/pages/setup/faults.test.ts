import { describe, expect, it } from "vitest"
import { draftOf, newClass, newField, newOption } from "./draft.ts"
import { countBelow, errorAt, faultsOf, serverFaults } from "./faults.ts"

describe("faultsOf", () => {
  it("finds nothing wrong with a good draft", () => {
    const field = newField("View", [])
    field.options.push(newOption("Front", []))
    expect(faultsOf({ ...draftOf({}), classes: [{ ...newClass("Car", []), attributes: [field] }] })).toEqual([])
  })

  it("points at names, keys, marks and counts", () => {
    const car = { ...newClass("Car", []), name: " ", marks: [], min_count: 3, max_count: 2 }
    const bus = { ...newClass("Bus", [car]), key: car.key }
    const paths = faultsOf({ ...draftOf({}), classes: [car, bus] }).map(({ path }) => path)
    expect(paths).toEqual(["/classes/0/name", "/classes/1/key", "/classes/0/marks", "/classes/0/min_count"])
  })

  it("points at options, ends and conditions of fields", () => {
    const bare = newField("View", [])
    const scale = { ...newField("Sharp", [bare]), kind: "scale" as const }
    const lost = { ...newField("Note", [bare, scale]), kind: "text" as const, when: { field: "gone", is: "x" } }
    const paths = faultsOf({ ...draftOf({}), questions: [bare, scale, lost] }).map(({ path }) => path)
    expect(paths).toEqual(["/questions/0/options", "/questions/1", "/questions/2/when"])
  })
})

describe("serverFaults", () => {
  it("reads the faults of an answer and passes over anything else", () => {
    const faults = serverFaults({
      faults: [{ path: "/classes/0/key", message: "Twice.", mend: "Change it." }, null, 3],
    })
    expect(errorAt(faults, "/classes/0/key")).toBe("Twice. Change it.")
    expect(serverFaults({})).toEqual([])
  })
})

describe("countBelow", () => {
  it("counts a place and all below it, not its neighbours", () => {
    const at = (path: string) => ({ path, message: "", mend: "" })
    const faults = [at("/classes/1"), at("/classes/1/name"), at("/classes/10/name")]
    expect(countBelow(faults, "/classes/1")).toBe(2)
  })
})
