// Draws the icons from their sources with Chromium, and keeps them in the repository: build/icons/ (16 … 512) and
// build/tray/ (one for each state, 22 px and twice that). Run it after an edit: node scripts/make-icons.mjs
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { _electron } from '@playwright/test'
import { startDesktop } from '../e2e/harness/desktop.ts'
import { findElectron } from './electron-runtime.mjs'
import { inRoot } from './project.mjs'

const appSizes = [16, 24, 32, 48, 64, 128, 256, 512]
const smallUpTo = 48

// A panel can be light or dark: light lines with a dark edge are seen on both. The state is a shape first, then a
// color: the same four marks as in the app.
const gate = (more) => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 22 22">
  <g fill="none" stroke-linecap="round">
    <g stroke="#1b1a19" stroke-opacity=".55" stroke-width="3.6"><path d="M4 19v-8a7 7 0 0 1 14 0v8"/><path d="M8.6 19v-7.4a2.4 2.4 0 0 1 4.8 0V19"/></g>
    <path d="M4 19v-8a7 7 0 0 1 14 0v8" stroke="#f6f5f3" stroke-width="2"/>
    <path d="M8.6 19v-7.4a2.4 2.4 0 0 1 4.8 0V19" stroke="#7fb4e0" stroke-width="2"/>
  </g>${more}</svg>`
const edge = 'stroke="#1b1a19" stroke-width="1.2" paint-order="stroke"'
const traySources = {
  running: gate(''),
  asking: gate(`<path d="M15.5 8.5 22 15l-6.5 6.5L9 15z" fill="#e2b04a" ${edge}/>`),
  paused: gate(
    `<g fill="#eeebe7" ${edge}><rect x="11" y="10" width="4" height="11" rx="1"/><rect x="17" y="10" width="4" height="11" rx="1"/></g>`,
  ),
  stopped: gate(`<rect x="11" y="11" width="10" height="10" rx="1.5" fill="#e5483a" ${edge}/>`),
}

const read = (name) => readFile(inRoot('build', name), 'utf8')

async function listPictures() {
  const [large, small] = [await read('icon.svg'), await read('icon-small.svg')]
  return [
    ...appSizes.map((size) => ({
      file: `icons/${size}x${size}.png`,
      svg: size <= smallUpTo ? small : large,
      size,
    })),
    ...Object.entries(traySources).flatMap(([state, svg]) => [
      { file: `tray/${state}.png`, svg, size: 22 },
      { file: `tray/${state}@2x.png`, svg, size: 44 },
    ]),
  ]
}

async function drawAll(page, pictures) {
  for (const { file, svg, size } of pictures) {
    const data = await page.evaluate(drawPicture, { svg, size })
    await writeFile(inRoot('build', file), Buffer.from(data.split(',')[1], 'base64'))
  }
}

// Runs in the page.
async function drawPicture({ svg, size }) {
  const image = new Image()
  image.src = `data:image/svg+xml,${encodeURIComponent(svg.replace('<svg ', `<svg width="${size}" height="${size}" `))}`
  await image.decode()
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = size
  canvas.getContext('2d').drawImage(image, 0, 0, size, size)
  return canvas.toDataURL('image/png')
}

await mkdir(inRoot('build', 'icons'), { recursive: true })
await mkdir(inRoot('build', 'tray'), { recursive: true })
const desktop = await startDesktop({ keyring: 'none' })
try {
  const app = `${desktop.home}/app`
  await mkdir(app)
  await writeFile(`${app}/package.json`, '{"main":"main.cjs"}')
  await writeFile(
    `${app}/main.cjs`,
    `const { app, BrowserWindow } = require('electron')
     app.whenReady().then(() => new BrowserWindow({ show: false }).loadURL('data:text/html,<p>'))`,
  )
  const electron = await _electron.launch({
    executablePath: findElectron().binary,
    args: ['--disable-gpu', app],
    env: desktop.env,
    chromiumSandbox: process.getuid() !== 0,
    timeout: 30_000,
  })
  await drawAll(await electron.firstWindow(), await listPictures())
  await electron.close()
} finally {
  await desktop.stop()
}
