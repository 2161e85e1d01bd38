import { describe, expect, it } from "vitest"
import { outcomeOf } from "./words.ts"

const ended = (rows_new: number, rows_there: number, rows_bad: number) => ({ rows_new, rows_there, rows_bad })

describe("outcomeOf", () => {
  it("says that nothing is new where all was there", () => {
    expect(outcomeOf([ended(0, 12, 0)])).toBe("12 files were there already; nothing new.")
    expect(outcomeOf([ended(0, 1, 0)])).toBe("1 file was there already; nothing new.")
  })
  it("adds up the imports of one drop", () => {
    expect(outcomeOf([ended(3, 1, 0), ended(2, 0, 4)])).toBe("5 new items, 1 there already, 4 refused.")
  })
  it("leaves out what there was none of", () => {
    expect(outcomeOf([ended(7, 0, 0)])).toBe("7 new items.")
    expect(outcomeOf([ended(0, 0, 2)])).toBe("Nothing new, 2 refused.")
  })
})
