import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// The pages are served over the app's own protocol under a strict content security policy: nothing inline, no data:
// URLs, relative addresses only.
//
// `vite build --mode dev-pages` builds renderer/dev/ instead, into dist/dev-pages: every page and every state of the
// consent window on scripted data, to look at in any browser. It is never part of the product.
const input: Record<string, string> = {
  index: 'renderer/index.html',
  'consent-window': 'renderer/consent-window/index.html',
}
const devInput: Record<string, string> = {
  pages: 'renderer/dev/index.html',
  consent: 'renderer/dev/consent.html',
}

export default defineConfig(({ mode }) => {
  const devPages = mode === 'dev-pages'
  return {
    root: 'renderer',
    base: './',
    plugins: [react()],
    logLevel: 'warn',
    build: {
      outDir: devPages ? '../dist/dev-pages' : '../dist/renderer',
      emptyOutDir: true,
      target: 'chrome130',
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      chunkSizeWarningLimit: 2_000,
      rolldownOptions: {
        input: devPages ? devInput : input,
      },
    },
  }
})
