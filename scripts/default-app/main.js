// The default app of the stand-in Electron: `electron [-r module] [-flags] <app folder> …` opens that app, as the
// official binary does. CommonJS, because Electron loads it so.
const { app } = require('electron')
const Module = require('node:module')
const fs = require('node:fs')
const path = require('node:path')
const { pathToFileURL } = require('node:url')

function readArguments(argv) {
  const preload = []
  for (let i = 0; i < argv.length; i += 1) {
    const word = argv[i]
    if (word === '-r' || word === '--require') {
      i += 1
      preload.push(argv[i])
    } else if (!word.startsWith('-')) return { preload, folder: path.resolve(word) }
  }
  return { preload }
}

function openApp(folder) {
  const isFile = fs.statSync(folder).isFile()
  const home = isFile ? path.dirname(folder) : folder
  const about = isFile ? {} : JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'))
  const name = about.productName || about.name
  if (name) app.setName(name)
  if (about.version) app.setVersion(about.version)
  app.setDesktopName(about.desktopName || `${app.name}.desktop`)
  app.setAppPath(home)
  const entry = isFile ? folder : path.join(folder, about.main || 'index.js')
  const isModule = /\.mjs$/.test(entry) || (about.type === 'module' && !/\.cjs$/.test(entry))
  if (isModule) return import(pathToFileURL(entry).href)
  return Module._load(entry, null, true)
}

const { preload, folder } = readArguments(process.argv.slice(1))
for (const name of preload) Module._load(name, null, true)
if (!folder) {
  process.stderr.write('electron: name the folder of the app to open\n')
  app.exit(2)
} else {
  process.defaultApp = true
  Promise.resolve()
    .then(() => openApp(folder))
    .catch((error) => {
      process.stderr.write(`electron: ${error.stack}\n`)
      app.exit(1)
    })
}
