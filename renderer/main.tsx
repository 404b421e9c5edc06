/** The main window: mounts the frame and hands it the stores. */
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import type { PageBridge } from '../contract/shell-ipc.ts'
import './design/tokens.css'
import './design/base.css'
import './design/components.css'
import './app/frame.css'
import { App } from './app/app.tsx'
import { createStores, StoresContext } from './app/stores.ts'

declare global {
  interface Window {
    readonly sallyport: PageBridge
  }
}

const root = document.getElementById('root')
if (root) {
  createRoot(root).render(
    <StrictMode>
      <StoresContext value={createStores(window.sallyport, window)}>
        <App />
      </StoresContext>
    </StrictMode>,
  )
}
