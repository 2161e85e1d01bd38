/**
 * Chords: keys with modifiers, known by the place of the key on the board (`event.code`), so that they work alike on a
 * Latin, Cyrillic or Arabic layout. The canonical text of a chord is "Ctrl+Alt+Shift+KeyZ", a sequence joins several
 * by a space.
 */

/** What is needed of a keyboard event. */
export interface KeyPress {
  readonly code: string
  readonly key: string
  readonly ctrlKey: boolean
  readonly altKey: boolean
  readonly shiftKey: boolean
  readonly metaKey: boolean
  readonly altGraph: boolean
}

const CODE_OF_NAME: Readonly<Record<string, string>> = {
  esc: "Escape",
  escape: "Escape",
  enter: "Enter",
  space: "Space",
  tab: "Tab",
  del: "Delete",
  delete: "Delete",
  backspace: "Backspace",
  up: "ArrowUp",
  down: "ArrowDown",
  left: "ArrowLeft",
  right: "ArrowRight",
  pageup: "PageUp",
  pagedown: "PageDown",
  home: "Home",
  end: "End",
  pause: "Pause",
  "/": "Slash",
  "\\": "Backslash",
  "[": "BracketLeft",
  "]": "BracketRight",
  ";": "Semicolon",
  "'": "Quote",
  ",": "Comma",
  ".": "Period",
  "-": "Minus",
  "=": "Equal",
  "`": "Backquote",
}

/** Codes as browsers tell them: what a person's own keys are stored as. */
const CANONICAL = new RegExp(`^(Key[A-Z]|Digit\\d|Intl[A-Za-z]+|${Object.values(CODE_OF_NAME).join("|")})$`)

const SHIFTED: Readonly<Record<string, string>> = { "?": "/", plus: "=", "<": ",", ">": "." }

const NAME_OF_CODE: Readonly<Record<string, string>> = {
  Escape: "Esc",
  Delete: "Del",
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
  PageUp: "Page up",
  PageDown: "Page down",
  Slash: "/",
  Backslash: "\\",
  BracketLeft: "[",
  BracketRight: "]",
  Semicolon: ";",
  Quote: "'",
  Comma: ",",
  Period: ".",
  Minus: "-",
  Equal: "=",
  Backquote: "`",
}

const NUMPAD: Readonly<Record<string, string>> = {
  NumpadEnter: "Enter",
  NumpadSubtract: "Minus",
  NumpadDivide: "Slash",
  NumpadDecimal: "Period",
}

const MODIFIER_CODES = /^(Control|Shift|Alt|Meta|OS)(Left|Right)?$|^(CapsLock|AltGraph|Fn)$/

/** Chords that browsers keep for themselves: a page never sees them, or takes away what people rely on. */
const KEPT_BY_BROWSER = new Set([
  "Ctrl+KeyN",
  "Ctrl+KeyT",
  "Ctrl+KeyW",
  "Ctrl+Shift+KeyN",
  "Ctrl+Shift+KeyT",
  "Ctrl+Shift+KeyW",
  "Ctrl+Tab",
  "Ctrl+Shift+Tab",
  "Alt+F4",
  "F11",
])

function chord(code: string, ctrl: boolean, alt: boolean, shift: boolean): string {
  return `${ctrl ? "Ctrl+" : ""}${alt ? "Alt+" : ""}${shift ? "Shift+" : ""}${code}`
}

function codeOf(name: string): string | null {
  const known = CODE_OF_NAME[name.toLowerCase()]
  if (known) return known
  if (/^[a-z]$/i.test(name)) return `Key${name.toUpperCase()}`
  if (/^\d$/.test(name)) return `Digit${name}`
  if (/^F([1-9]|1[0-2])$/i.test(name)) return name.toUpperCase()
  return CANONICAL.test(name) ? name : null
}

/** The canonical chord of a spelling such as "Ctrl+Shift+Z", "?" or "Alt+."; null if it names no key. */
function parseChord(text: string): string | null {
  const parts = text.split("+")
  let name = parts.pop() as string
  const modifiers = new Set(parts.map((part) => part.toLowerCase()))
  const shifted = SHIFTED[name.toLowerCase()]
  if (shifted) {
    name = shifted
    modifiers.add("shift")
  }
  const code = codeOf(name)
  const isKnown = [...modifiers].every((each) => each === "ctrl" || each === "alt" || each === "shift")
  if (code === null || !isKnown) return null
  return chord(code, modifiers.has("ctrl"), modifiers.has("alt"), modifiers.has("shift"))
}

/** The canonical sequence of a spelling such as "Ctrl+Z" or "T H". Throws SyntaxError if a part names no key. */
export function parseKeys(text: string): string {
  const chords = text.trim().split(/\s+/).map(parseChord)
  if (chords.length > 2 || chords.includes(null)) throw new SyntaxError(`"${text}" is not a key or two keys in a row.`)
  return chords.join(" ")
}

/** The canonical chord of a key press; null for a modifier alone, for text typed with AltGr and for system keys. */
export function chordOf(press: KeyPress, isMac: boolean): string | null {
  if (MODIFIER_CODES.test(press.code) || press.altGraph || (press.metaKey && !isMac)) return null
  if (press.code === "NumpadAdd") return chord("Equal", press.ctrlKey, press.altKey, true)
  const digit = /^Numpad(\d)$/.exec(press.code)
  // Screen keyboards and some remote desktops leave `code` empty: then the letter itself has to do.
  const code = digit ? `Digit${digit[1]}` : (NUMPAD[press.code] ?? (press.code || codeOf(press.key)))
  if (!code || code === "Unidentified") return null
  return chord(code, press.ctrlKey || (press.metaKey && isMac), press.altKey, press.shiftKey)
}

/** Whether a press of this chord writes text into a field, so that an editor command must not take it away. */
export function writesText(chord: string): boolean {
  return !/^(Ctrl\+|Alt\+|F\d)/.test(chord) && chord !== "Escape"
}

export function isKeptByBrowser(sequence: string): boolean {
  return sequence.split(" ").some((each) => KEPT_BY_BROWSER.has(each))
}

/**
 * The words for a canonical sequence: "Ctrl+Z", "T then H". `layout` gives what is printed on a key of this keyboard
 * (`navigator.keyboard.getLayoutMap`), where the browser tells.
 */
export function keysInWords(sequence: string, isMac: boolean, layout?: ReadonlyMap<string, string>): string {
  const words = sequence.split(" ").map((each) => {
    const parts = each.split("+")
    const code = parts.pop() as string
    const printed = layout?.get(code)
    const name = printed?.toUpperCase() ?? NAME_OF_CODE[code] ?? code.replace(/^(Key|Digit)/, "")
    return [...parts.map((part) => (isMac && part === "Ctrl" ? "⌘" : isMac && part === "Alt" ? "⌥" : part)), name].join(
      "+",
    )
  })
  return words.join(" then ")
}
