/** Resolves once the browser has drawn what has just changed: for what may come a moment later. In a hidden tab, soon. */
export function afterPaint(): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(resolve, LATE_MS)
    if (typeof requestAnimationFrame === "undefined") return
    requestAnimationFrame(() =>
      setTimeout(() => {
        clearTimeout(late)
        resolve()
      }),
    )
  })
}

/** Hidden tabs draw nothing. */
const LATE_MS = 100
