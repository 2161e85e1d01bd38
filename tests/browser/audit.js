/**
 * Looks a page over as somebody who cannot see it, or not well, meets it; returns what is wrong, a line each.
 * Checked: one h1 and one main; names of controls; labels of fields; words for pictures; contrast of text (WCAG 2.2 AA:
 * 4.5, 3 for large text), size of targets (24 px, or as much room), ids twice, and a page wider than its window. What lies in [data-specimen] is shown, not used: only its names count.
 */
() => {
  const CONTROLS =
    "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [role=link], [role=tab], " +
    "[role=checkbox], [role=radio], [role=switch], [role=slider], [role=menuitem], [role=option], [role=combobox]"
  const faults = new Set()

  const isShown = (element) => {
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return false
    const { width, height } = element.getBoundingClientRect()
    return width > 1 && height > 1
  }
  const isSpecimen = (element) => element.closest("[data-specimen]") !== null
  const isHidden = (element) => element.closest("[aria-hidden=true], [inert]") !== null
  const describe = (element) => {
    const words = (element.textContent ?? "").trim().replace(/\s+/g, " ").slice(0, 40)
    const role = element.getAttribute("role")
    return `${element.localName}${role ? `[${role}]` : ""}${typeof element.className === "string" && element.className ? `.${element.className.split(" ")[0]}` : ""} "${words}"`
  }

  /* ---- names ---- */
  const textOf = (element) => {
    if (element.nodeType === Node.TEXT_NODE) return element.textContent ?? ""
    if (element.nodeType !== Node.ELEMENT_NODE) return ""
    if (element.getAttribute("aria-hidden") === "true") return ""
    const label = element.getAttribute("aria-label")
    if (label) return label
    if (element.localName === "img") return element.getAttribute("alt") ?? ""
    if (element.localName === "svg") return element.querySelector("title")?.textContent ?? ""
    return [...element.childNodes].map(textOf).join(" ")
  }
  const nameOf = (element) => {
    const by = (element.getAttribute("aria-labelledby") ?? "").split(/\s+/).filter(Boolean)
    if (by.length > 0) return by.map((id) => document.getElementById(id)).filter(Boolean).map(textOf).join(" ")
    if (element.getAttribute("aria-label")) return element.getAttribute("aria-label")
    if (element.labels?.length) return [...element.labels].map(textOf).join(" ")
    if (["input", "select", "textarea"].includes(element.localName)) return element.title
    return textOf(element) || element.title
  }
  for (const element of document.querySelectorAll(CONTROLS)) {
    if (isHidden(element) || !element.checkVisibility()) continue
    if (!nameOf(element).trim()) faults.add(`no name: ${describe(element)}`)
  }
  for (const image of document.querySelectorAll("img")) {
    if (!image.hasAttribute("alt") && !isHidden(image)) faults.add(`no alt: ${image.src.slice(-40)}`)
  }
  for (const dialog of document.querySelectorAll("[role=dialog], dialog[open]")) {
    if (!nameOf(dialog).trim() || !(dialog.hasAttribute("aria-label") || dialog.hasAttribute("aria-labelledby")))
      faults.add(`dialog without a name`)
  }

  /* ---- structure ---- */
  const heads = [...document.querySelectorAll("h1")].filter((each) => each.checkVisibility() && !isSpecimen(each))
  if (heads.length !== 1) faults.add(`${heads.length} h1`)
  const mains = [...document.querySelectorAll("main, [role=main]")].filter((each) => each.checkVisibility() && !isSpecimen(each))
  if (mains.length !== 1) faults.add(`${mains.length} main`)
  if (!document.title.trim()) faults.add("no title")
  if (!document.documentElement.lang) faults.add("no lang")
  const ids = [...document.querySelectorAll("[id]")].map((each) => each.id)
  for (const id of new Set(ids.filter((each, at) => ids.indexOf(each) !== at))) faults.add(`id twice: ${id}`)
  if (document.documentElement.scrollWidth > innerWidth + 1)
    faults.add(`page is ${document.documentElement.scrollWidth} wide in a window of ${innerWidth}`)

  /* ---- contrast ---- */
  const pen = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", {
    willReadFrequently: true,
  })
  const known = new Map()
  const rgba = (colour) => {
    if (!known.has(colour)) {
      pen.clearRect(0, 0, 1, 1)
      pen.fillStyle = colour
      pen.fillRect(0, 0, 1, 1)
      const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data
      known.set(colour, [r, g, b, a / 255])
    }
    return known.get(colour)
  }
  const over = ([r, g, b, a], [br, bg, bb]) => [r * a + br * (1 - a), g * a + bg * (1 - a), b * a + bb * (1 - a), 1]
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((each) => {
      const share = each / 255
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * x + 0.7152 * y + 0.0722 * z
  }
  const ratio = (one, other) => {
    const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a)
    return (light + 0.05) / (dark + 0.05)
  }
  /** What lies behind an element, null where it is a picture. */
  const groundOf = (element) => {
    const layers = []
    for (let at = element; at; at = at.parentElement) {
      const style = getComputedStyle(at)
      if (style.backgroundImage !== "none") return null
      const colour = rgba(style.backgroundColor)
      if (colour[3] > 0) layers.push(colour)
      if (colour[3] === 1) break
    }
    const canvas = rgba(getComputedStyle(document.documentElement).backgroundColor)
    let ground = canvas[3] === 1 ? canvas : [255, 255, 255, 1]
    for (const layer of layers.reverse()) ground = over(layer, ground)
    return ground
  }
  const opacityOf = (element) => {
    let share = 1
    for (let at = element; at; at = at.parentElement) share *= Number(getComputedStyle(at).opacity)
    return share
  }
  const check = (element, colour, words) => {
    const ground = groundOf(element)
    if (!ground) return
    const [r, g, b, a] = rgba(colour)
    const seen = over([r, g, b, a * opacityOf(element)], ground)
    const style = getComputedStyle(element)
    const size = Number.parseFloat(style.fontSize)
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700)
    const found = ratio(seen, ground)
    if (found < (isLarge ? 3 : 4.5))
      faults.add(`contrast ${found.toFixed(2)}: ${describe(element)} ${words.slice(0, 30)}`)
  }
  const isOff = (element) => element.closest(":disabled, [aria-disabled=true], [data-disabled]") !== null
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const words = walker.currentNode.textContent.trim()
    const element = walker.currentNode.parentElement
    if (!words || !element || !isShown(element) || isOff(element) || isSpecimen(element)) continue
    if (["script", "style", "option", "noscript"].includes(element.localName)) continue
    if (element.closest("svg")) check(element, getComputedStyle(element).fill, words)
    else check(element, getComputedStyle(element).color, words)
  }
  for (const field of document.querySelectorAll("input, textarea")) {
    if (!isShown(field) || isOff(field) || isSpecimen(field)) continue
    if (field.placeholder && !field.value)
      check(field, getComputedStyle(field, "::placeholder").color, `placeholder ${field.placeholder}`)
    else if (field.value && !["checkbox", "radio", "range", "color"].includes(field.type))
      check(field, getComputedStyle(field).color, field.value)
  }

  /* ---- targets: one that is smaller needs a circle of 24 px to itself; links within text are exempt, as the rule says ---- */
  const targets = [...document.querySelectorAll("button, input:not([type=hidden]), select, [role=tab], [role=switch]")]
    .filter((each) => isShown(each) && !isHidden(each) && !isSpecimen(each))
    .map((each) => ({ element: each, box: each.getBoundingClientRect() }))
  for (const { element, box } of targets) {
    const sizes = [box, ...[...(element.labels ?? [])].map((each) => each.getBoundingClientRect())]
    if (sizes.some(({ width, height }) => Math.min(width, height) >= 23.5)) continue
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2]
    const meets = ({ left, right, top, bottom }) =>
      Math.hypot(x - Math.max(left, Math.min(x, right)), y - Math.max(top, Math.min(y, bottom))) < 12
    if (!targets.some((other) => other.element !== element && !other.element.contains(element) && meets(other.box))) continue
    faults.add(
      `target ${box.width.toFixed(0)} x ${box.height.toFixed(0)}: ${describe(element)} ${nameOf(element).trim()}`,
    )
  }
  return [...faults]
}
