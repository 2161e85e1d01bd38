import { svelte } from "@sveltejs/vite-plugin-svelte"
import { defineConfig } from "vitest/config"
import { licences } from "./licences.ts"

const server = "http://127.0.0.1:8080"

export default defineConfig(({ mode }) => ({
  plugins: [svelte(), licences()],
  // Without the browser condition, tests would load Svelte's server build, which cannot mount a component.
  resolve: mode === "test" ? { conditions: ["browser"] } : {},
  build: {
    outDir: "../src/fairmark/entrypoints/static",
    emptyOutDir: true,
    // light-dark(), nesting and top-level await reach every browser of the last two years as written.
    target: ["chrome123", "edge123", "firefox121", "safari17.5"],
    // The strict CSP allows no data: fonts or scripts; one rule for all assets is easier to cache, too.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          // By itself a file an icon, a hundred requests a page: what most pages share goes together.
          groups: [{ name: "parts", test: /src[\\/]parts[\\/]|node_modules/, minShareCount: 4 }],
        },
      },
    },
  },
  server: {
    host: "127.0.0.1",
    port: 5173,
    proxy: { "/api": server, "/media": server, "/healthz": server, "/readyz": server },
  },
  test: {
    include: ["src/**/*.test.ts"],
    // Most tests are pure; those that need a document say so in their first line: // @vitest-environment jsdom
    environment: "node",
    // Files share a worker's modules: half the time. What a test changes in the world is put back after it.
    isolate: false,
    restoreMocks: true,
    unstubGlobals: true,
  },
}))
