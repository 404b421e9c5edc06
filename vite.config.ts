import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

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

// The first paint waits for the styles and not for the code: what is asked for first comes first.
const stylesFirst: Plugin = {
  name: 'styles-first',
  transformIndexHtml: {
    order: 'post',
    handler(html) {
      const styles = html.match(/ *<link rel="stylesheet"[^>]*>\n/g) ?? []
      const rest = styles.reduce((text, link) => text.replace(link, ''), html)
      return rest.replace(/ *<script /, (script) => styles.join('') + script)
    },
  },
}

export default defineConfig(({ mode }) => {
  const devPages = mode === 'dev-pages'
  return {
    root: 'renderer',
    base: './',
    plugins: [react(), stylesFirst],
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
