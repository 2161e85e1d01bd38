/** What every field takes, whatever it holds. */
export interface FieldProps {
  label: string
  /** Hides the label from the eye, not from readers; for fields whose meaning the surroundings show. */
  hideLabel?: boolean
  help?: string
  /** What is wrong and how to mend it. Marks the field as invalid. */
  error?: string | undefined
  required?: boolean
  disabled?: boolean
}

/** What a field's label, help and error are called, so that the control can name them. */
export interface FieldIds {
  id: string
  labelId: string
  describedBy: string | undefined
  invalid: "true" | undefined
}

/** One choice of a Select, Combobox, MultiSelect, RadioGroup or SegmentedControl. */
export interface Choice<Value extends string = string> {
  readonly value: Value
  readonly label: string
  /** A second line or side note. */
  readonly hint?: string
  /** #rrggbb; drawn as a swatch before the label. */
  readonly colour?: string
  readonly disabled?: boolean
}

/** Whether a text comes so near its longest that the count of letters helps; before that it is only noise. */
export const isNearEnd = (value: string, maxlength: number): boolean =>
  maxlength >= 20 && value.length >= 0.8 * maxlength
