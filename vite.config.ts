import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// The pages are served over the app's own protocol under a strict content security policy: nothing inline, no data:
// URLs, relative addresses only.
export default defineConfig({
  root: 'renderer',
  base: './',
  plugins: [react()],
  logLevel: 'warn',
  build: {
    outDir: '../dist/renderer',
    emptyOutDir: true,
    target: 'chrome130',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2_000,
    rolldownOptions: {
      input: { index: 'renderer/index.html', 'consent-window': 'renderer/consent-window/index.html' },
    },
  },
})
