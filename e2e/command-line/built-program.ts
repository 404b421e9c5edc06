/** The command line as it is built. */
import { existsSync } from 'node:fs'
import path from 'node:path'

export const builtProgram = path.resolve(import.meta.dirname, '../../dist/cli/main.js')
if (!existsSync(builtProgram)) throw new Error('The command line is not built. Run: npm run build')
