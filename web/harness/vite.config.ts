/** Builds the page that drives the editor in browser tests and benchmarks. It is no part of the product. */
import { svelte } from "@sveltejs/vite-plugin-svelte"
import { defineConfig } from "vite"

export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  plugins: [svelte({ configFile: false, compilerOptions: { runes: true } })],
  build: { outDir: process.env.HARNESS_OUT ?? "../dist/harness", emptyOutDir: true, target: "chrome123" },
})
