/** Finding one of many by a few typed letters: Combobox, MultiSelect and CommandPalette rank with this. */

const plain = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase()

/**
 * How well `query` finds `text`: above 0 for a match, more for a better one; 0 for none. Case and accents do not count.
 *
 * 4: the text begins with it. 3: a word does. 2: it stands somewhere. 1: its letters do, in order. Every word of the
 * query must match; the least of them counts. An empty query matches all alike.
 */
export function match(query: string, text: string): number {
  const words = plain(query).split(/\s+/).filter(Boolean)
  const whole = plain(text)
  if (words.length > 1 && whole.startsWith(words.join(" "))) return 4
  return Math.min(4, ...words.map((word) => matchWord(word, whole)))
}

function matchWord(word: string, whole: string): number {
  const at = whole.indexOf(word)
  if (at === 0) return 4
  if (at > 0) return wordStarts(word, whole) ? 3 : 2
  let reached = 0
  for (const letter of whole) if (letter === word[reached]) reached += 1
  return reached === word.length ? 1 : 0
}

function wordStarts(word: string, whole: string): boolean {
  for (let at = whole.indexOf(word); at >= 0; at = whole.indexOf(word, at + 1)) {
    if (at === 0 || !/[\p{L}\p{N}]/u.test(whole[at - 1] ?? "")) return true
  }
  return false
}

/** The things that match, best first; equals keep their order. `text` says what is searched of each. */
export function found<Thing>(query: string, things: readonly Thing[], text: (thing: Thing) => string): Thing[] {
  if (!query.trim()) return [...things]
  return things
    .map((thing) => ({ thing, score: match(query, text(thing)) }))
    .filter(({ score }) => score > 0)
    .sort((one, other) => other.score - one.score)
    .map(({ thing }) => thing)
}
