/** Files and folders that a person drops or picks, each with its path within what was dropped. */

export interface DroppedFile {
  readonly file: File
  /** "photos/2024/a.jpg" for a file from the folder photos; the name alone for a single file. */
  readonly path: string
}

export interface Refused {
  readonly path: string
  /** What is wrong with it and how to mend it. */
  readonly why: string
}

export interface Sorted {
  readonly taken: DroppedFile[]
  readonly refused: Refused[]
}

/** The parts of the browser's FileSystemEntry that a walk needs. */
export interface Entry {
  readonly isFile: boolean
  readonly fullPath: string
  file?(done: (file: File) => void, failed: (error: unknown) => void): void
  createReader?(): { readEntries(done: (entries: Entry[]) => void, failed: (error: unknown) => void): void }
}

const fileOf = (entry: Entry) => new Promise<File>((done, failed) => entry.file?.(done, failed))

/** One reader hands out a folder a hundred at a time, and an empty list at its end. */
async function* entriesOf(folder: Entry): AsyncGenerator<Entry> {
  const reader = folder.createReader?.()
  while (reader) {
    const some = await new Promise<Entry[]>((done, failed) => reader.readEntries(done, failed))
    if (some.length === 0) return
    yield* some
  }
}

/** Every file below the entries, folders walked in full, in batches of at most `batch`. */
export async function* walk(entries: readonly Entry[], batch = 500): AsyncGenerator<DroppedFile[]> {
  let found: DroppedFile[] = []
  const waiting: Entry[] = [...entries].reverse()
  for (let entry = waiting.pop(); entry; entry = waiting.pop()) {
    if (entry.isFile) {
      found.push({ file: await fileOf(entry), path: entry.fullPath.replace(/^\//, "") })
    } else {
      const inside: Entry[] = []
      for await (const child of entriesOf(entry)) inside.push(child)
      waiting.push(...inside.reverse())
    }
    if (found.length >= batch) {
      yield found
      found = []
    }
  }
  if (found.length > 0) yield found
}

const accepts = (name: string, type: string, accept: readonly string[]): boolean =>
  accept.some((wanted) => {
    if (wanted.startsWith(".")) return name.toLowerCase().endsWith(wanted.toLowerCase())
    if (wanted.endsWith("/*")) return type.startsWith(wanted.slice(0, -1))
    return type === wanted
  })

/**
 * Parts what can be taken from what cannot. `accept` is written as for an input: ".jpg", "image/*", "image/png";
 * empty takes all. Hidden files that systems leave in folders (.DS_Store, Thumbs.db) are passed over in silence.
 */
export function sortFiles(files: readonly DroppedFile[], accept: readonly string[], mostBytes: number): Sorted {
  const taken: DroppedFile[] = []
  const refused: Refused[] = []
  for (const dropped of files) {
    const { name, type, size } = dropped.file
    const { path } = dropped
    if (name.startsWith(".") || name === "Thumbs.db" || name === "desktop.ini") continue
    if (accept.length > 0 && !accepts(name, type, accept)) {
      refused.push({ path, why: `Not one of ${accept.join(", ")}. Convert it or leave it out.` })
    } else if (size === 0) {
      refused.push({ path, why: "It is empty. Copy it again from where it came." })
    } else if (size > mostBytes) {
      refused.push({
        path,
        why: `It is larger than ${Math.floor(mostBytes / 1_048_576)} MiB. Make it smaller or split it.`,
      })
    } else {
      taken.push(dropped)
    }
  }
  return { taken, refused }
}
