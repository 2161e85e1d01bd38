/** Why a review sends work back; the same as in the editor. */
export const rejectReasons = [
  { id: "missed", name: "Something is missing" },
  { id: "wrong_class", name: "Wrong class" },
  { id: "imprecise", name: "Edges are not where they should be" },
  { id: "extra", name: "Something is marked that should not be" },
  { id: "wrong_answer", name: "Wrong attribute or answer" },
  { id: "guideline", name: "Against the guideline" },
] as const

/** A reason's id in words; one of somebody's own stays as it is. */
export const reasonName = (id: string): string => rejectReasons.find((one) => one.id === id)?.name ?? id
