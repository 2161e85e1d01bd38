/**
 * Puts text on the clipboard and says whether it did. Browsers offer their clipboard only on https and localhost; on a
 * plain http address within a company, the old way through a selected text still works.
 */
export async function copyText(text: string): Promise<boolean> {
  if (navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(text)
      return true
    } catch {
      // Refused by the person or a policy: the way below may still be open.
    }
  }
  const carrier = document.createElement("textarea")
  carrier.value = text
  carrier.readOnly = true
  carrier.className = "unseen"
  const before = document.activeElement
  document.body.append(carrier)
  carrier.select()
  try {
    return document.execCommand("copy")
  } finally {
    carrier.remove()
    if (before instanceof HTMLElement) before.focus()
  }
}
