// Prints the path of the Electron binary that set-up provided; with --json everything known about it.
import process from 'node:process'
import { findElectron } from './electron-runtime.mjs'
import { fail, PlainError, say } from './say.mjs'

const found = findElectron()
if (!found) fail(new PlainError('There is no Electron runtime yet. Run: npm run set-up'))
say(process.argv.includes('--json') ? JSON.stringify(found) : found.binary)
