#!/usr/bin/env node
// Stands in for fpm where fpm can't be downloaded: makes a .deb with dpkg-deb from the arguments that
// electron-builder gives. It takes exactly those, and refuses any other. Release machines use the real fpm.
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'

// Argument → field it fills, and what is known of it.
const single = {
  '-s': 'source',
  '-t': 'target',
  '--architecture': 'architecture',
  '--after-install': 'afterInstall',
  '--after-remove': 'afterRemove',
  '--description': 'description',
  '--version': 'version',
  '--package': 'package',
  '--name': 'name',
  '--maintainer': 'maintainer',
  '--vendor': 'vendor',
  '--url': 'url',
  '--category': 'category',
  '--license': 'license',
  '--deb-priority': 'priority',
  '--deb-compression': 'compression',
}
const several = { '-d': 'depends', '--deb-recommends': 'recommends' }

function readArguments(words) {
  const read = { depends: [], recommends: [], pairs: [] }
  const left = [...words]
  while (left.length > 0) {
    const word = left.shift()
    if (word === '--force') continue
    if (word in single) read[single[word]] = left.shift()
    else if (word in several) read[several[word]].push(left.shift())
    else if (!word.startsWith('-') && word.includes('=')) read.pairs.push(word.split('='))
    else throw new Error(`make-deb does not know the argument ${word}`)
  }
  if (read.source !== 'dir' || read.target !== 'deb')
    throw new Error('make-deb makes a deb from folders, nothing else')
  return read
}

function placeFiles(tree, pairs) {
  for (const [from, to] of pairs) {
    const target = path.join(tree, to)
    mkdirSync(path.dirname(target), { recursive: true })
    cpSync(from, target, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true })
  }
  for (const folder of foldersOf(tree)) chmodSync(folder, 0o755)
}

const entriesOf = (tree) => readdirSync(tree, { recursive: true, withFileTypes: true })
const foldersOf = (tree) => [
  tree,
  ...entriesOf(tree)
    .filter((entry) => entry.isDirectory())
    .map((entry) => path.join(entry.parentPath, entry.name)),
]
const kilobytesOf = (tree) =>
  entriesOf(tree)
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + Math.ceil(statSync(path.join(entry.parentPath, entry.name)).size / 1024), 0)

// Debian's format: the first line is the summary, further lines are indented and never empty.
const describe = (text) => {
  const [summary, ...more] = text
    .trim()
    .split('\n')
    .map((line) => line.trim())
  return [summary, ...more.map((line) => ` ${line || '.'}`)].join('\n')
}

function controlFile(read, kilobytes) {
  const fields = {
    Package: read.name,
    Version: read.version,
    Section: read.category,
    Priority: read.priority,
    Architecture: read.architecture,
    Maintainer: read.maintainer,
    'Installed-Size': kilobytes,
    Depends: read.depends.join(', '),
    Recommends: read.recommends.join(', '),
    Homepage: read.url,
    Description: describe(read.description),
  }
  return Object.entries(fields)
    .filter(([, value]) => value)
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('')
}

function makeDeb(read) {
  const tree = mkdtempSync(path.join(os.tmpdir(), 'sallyport-deb-'))
  try {
    placeFiles(tree, read.pairs)
    const kilobytes = kilobytesOf(tree)
    mkdirSync(path.join(tree, 'DEBIAN'))
    writeFileSync(path.join(tree, 'DEBIAN', 'control'), controlFile(read, kilobytes))
    for (const [from, to] of [
      [read.afterInstall, 'postinst'],
      [read.afterRemove, 'postrm'],
    ]) {
      if (from) writeFileSync(path.join(tree, 'DEBIAN', to), readFileSync(from), { mode: 0o755 })
    }
    const names = { gz: 'gzip', xz: 'xz' }
    const compression = [
      `-Z${names[read.compression] ?? 'xz'}`,
      ...(read.compression === 'gz' ? ['-z1'] : []),
    ]
    execFileSync('dpkg-deb', ['--root-owner-group', ...compression, '--build', tree, read.package], {
      stdio: 'inherit',
    })
  } finally {
    rmSync(tree, { recursive: true, force: true })
  }
}

makeDeb(readArguments(process.argv.slice(2)))
