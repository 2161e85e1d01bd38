/** The addresses in a text that somebody pasted: one a line, each once, in order; empty lines and # remarks left out. */
export function addressesOf(text: string): string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim())
  return [...new Set(lines.filter((line) => line && !line.startsWith("#")))]
}
