/**
 * Only the window's three parts are built: main and preload for the oldest runtime (Electron 33: Node 20.18), the page for
 * Chromium 130. Engine, trainer and command line run from their TypeScript on plain Node 24 (docs/decisions/0002).
 */
import tailwind from '@tailwindcss/vite'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'electron-vite'
import { nonceMark } from './shared/desktop/page-policy.ts'

export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      target: 'node20.18',
      // `ws` is the only package main needs: bundled, so that main never looks into node_modules.
      externalizeDeps: { exclude: ['ws'] },
      lib: { entry: 'electron/main/main.ts', formats: ['es'], fileName: () => 'main.js' },
      // ws reaches for these natively compiled speed-ups when they are installed; they are not.
      rolldownOptions: { external: ['bufferutil', 'utf-8-validate'] },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      target: 'node20.18',
      externalizeDeps: false,
      // A sandboxed preload may not import: one CommonJS file.
      lib: { entry: 'electron/preload/preload.ts', formats: ['cjs'], fileName: () => 'preload.cjs' },
    },
  },
  renderer: {
    root: 'renderer',
    // Hashes route the page, so relative links work from app:// and from any prefix that serves it.
    base: './',
    // Replaced by a fresh nonce in every answer of main's `app://` handler and of `serve`.
    html: { cspNonce: nonceMark },
    plugins: [vue(), tailwind()],
    build: {
      outDir: 'out/renderer',
      emptyOutDir: true,
      target: 'chrome130',
      minify: true,
      modulePreload: { polyfill: false },
      // Fonts and images stay files: the page's CSP has no `data:`.
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 1200,
      rolldownOptions: { input: 'renderer/index.html' },
    },
  },
})
