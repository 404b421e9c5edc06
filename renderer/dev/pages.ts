/** The main window on scripted data: `?state=…&theme=…#/page`. For looking at, never part of the product. */
import { scriptedBridge } from './scripted-bridge.ts'

const params = new URLSearchParams(location.search)
Object.assign(window, { sallyport: scriptedBridge(params) })
void import('../main.tsx')
