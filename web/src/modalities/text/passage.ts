/**
 * A text, counted in code points as the server counts them. JavaScript counts UTF-16 units, of which an emoji has two;
 * everything that leaves this file as an offset is a code point.
 */

/** From `from` up to `to`, which is the first code point behind it. */
export interface Stretch {
  readonly from: number
  readonly to: number
}

export class Passage {
  /** Code points. */
  readonly length: number
  /** One after another, together the whole text; each but the last ends with its line break. */
  readonly paragraphs: readonly Stretch[]
  /** The unit at which each character of two units begins. */
  readonly #pairs: readonly number[]
  readonly #words = new Map<number, readonly Stretch[]>()

  constructor(readonly text: string) {
    this.#pairs = pairsIn(text)
    this.length = text.length - this.#pairs.length
    this.paragraphs = this.#split()
  }

  /** The UTF-16 unit at which a code point begins. */
  toUnit(point: number): number {
    return point + this.#pairsBefore((unit, index) => unit - index < point)
  }

  /** The code point that a UTF-16 unit belongs to. */
  toPoint(unit: number): number {
    return unit - this.#pairsBefore((at) => at < unit)
  }

  slice({ from, to }: Stretch): string {
    return this.text.slice(this.toUnit(from), this.toUnit(to))
  }

  /** The stretch without the blanks at its ends, or null if it has nothing else. */
  trimmed(stretch: Stretch): Stretch | null {
    const text = this.slice(stretch)
    const rest = text.trim()
    if (rest === "") return null
    const before = text.length - text.trimStart().length
    const start = this.toUnit(stretch.from) + before
    return { from: this.toPoint(start), to: this.toPoint(start + rest.length) }
  }

  /** The number of the paragraph that a place lies in. */
  paragraphAt(point: number): number {
    let [low, high] = [0, this.paragraphs.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.paragraphs[middle] as Stretch).from <= point) low = middle
      else high = middle - 1
    }
    return low
  }

  /** The first word that begins at or behind a place, or null. */
  wordFrom(point: number): Stretch | null {
    for (let at = this.paragraphAt(point); at < this.paragraphs.length; at++) {
      const found = this.#wordsOf(at).find((word) => word.from >= point)
      if (found) return found
    }
    return null
  }

  /** The last word that begins before a place, or null. */
  wordBefore(point: number): Stretch | null {
    for (let at = this.paragraphAt(point); at >= 0; at--) {
      const found = this.#wordsOf(at).findLast((word) => word.from < point)
      if (found) return found
    }
    return null
  }

  /** The word that covers a place, or the next one, or the last. */
  wordNear(point: number): Stretch | null {
    const here = this.#wordsOf(this.paragraphAt(point)).find((word) => word.to > point)
    return here ?? this.wordFrom(point) ?? this.wordBefore(point)
  }

  #wordsOf(paragraph: number): readonly Stretch[] {
    const known = this.#words.get(paragraph)
    if (known) return known
    const stretch = this.paragraphs[paragraph] as Stretch
    const start = this.toUnit(stretch.from)
    const found: Stretch[] = []
    for (const { segment, index, isWordLike } of SEGMENTER.segment(this.slice(stretch))) {
      if (!isWordLike) continue
      found.push({ from: this.toPoint(start + index), to: this.toPoint(start + index + segment.length) })
    }
    this.#words.set(paragraph, found)
    return found
  }

  /** How many pairs pass `test`; those that pass come first. */
  #pairsBefore(test: (unit: number, index: number) => boolean): number {
    let [low, high] = [0, this.#pairs.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (test(this.#pairs[middle] as number, middle)) low = middle + 1
      else high = middle
    }
    return low
  }

  #split(): Stretch[] {
    const found: Stretch[] = []
    let from = 0
    for (let at = this.text.indexOf("\n"); at >= 0; at = this.text.indexOf("\n", at + 1)) {
      const to = this.toPoint(at + 1)
      found.push({ from, to })
      from = to
    }
    if (from < this.length || found.length === 0) found.push({ from, to: this.length })
    return found
  }
}

/** Words as the reader of any language sees them. */
const SEGMENTER = new Intl.Segmenter(undefined, { granularity: "word" })

function pairsIn(text: string): number[] {
  const found: number[] = []
  for (const match of text.matchAll(/[\u{10000}-\u{10ffff}]/gu)) found.push(match.index)
  return found
}
