/** Icons that only the editor needs, under its own words. Drawn by Lucide (ISC licence), imported one by one. */

export { default as IconPan } from "@lucide/svelte/icons/hand"
export { default as IconKeys } from "@lucide/svelte/icons/keyboard"
export { default as IconUnlock } from "@lucide/svelte/icons/lock-open"
export { default as IconFit } from "@lucide/svelte/icons/maximize"
export { default as IconSelect } from "@lucide/svelte/icons/mouse-pointer-2"
export { default as IconActual } from "@lucide/svelte/icons/scan"
export { default as IconSkip } from "@lucide/svelte/icons/skip-forward"
export { default as IconDisplay } from "@lucide/svelte/icons/sliders-horizontal"
export { default as IconBox } from "@lucide/svelte/icons/square"
export { default as IconZoomIn } from "@lucide/svelte/icons/zoom-in"
export { default as IconZoomOut } from "@lucide/svelte/icons/zoom-out"
