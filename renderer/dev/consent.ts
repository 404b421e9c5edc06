/** The consent window on scripted questions: `?question=…&theme=…`. For looking at, never part of the product. */
import { scriptedBridge } from './scripted-bridge.ts'

const params = new URLSearchParams(location.search)
const theme = params.get('theme')
if (theme) document.documentElement.dataset.theme = theme
Object.assign(window, { sallyport: scriptedBridge(params) })
void import('../consent-window/main.tsx')
