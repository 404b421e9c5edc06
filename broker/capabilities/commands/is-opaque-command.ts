/**
 * Whether a command's arguments can hold a program of their own. Pure: the same program with the same arguments always
 * gets the same answer. Errs on the side of opaque, which costs a question, never a run.
 */
import { OPAQUE_PROGRAMS } from './opaque-programs.ts'

/** @param program the resolved file @param args without argv[0] */
export function isOpaqueCommand(program: string, args: readonly string[]): boolean {
  const name = programName(program)
  if (/\.(bat|cmd|ps1|vbs|wsf|com)$/.test(name)) return true
  const test = own(name) ?? own(withoutVersion(name))
  return test ? test(args) : false
}

function own(name: string) {
  return Object.hasOwn(OPAQUE_PROGRAMS, name) ? OPAQUE_PROGRAMS[name] : undefined
}

function programName(program: string): string {
  const cut = Math.max(program.lastIndexOf('/'), program.lastIndexOf('\\'))
  return program
    .slice(cut + 1)
    .toLowerCase()
    .replace(/\.exe$/, '')
}

/** `python3.11` → `python`, `vim.basic` → `vim`, `x86_64-linux-gnu-gcc-12` → `gcc`. */
function withoutVersion(name: string): string {
  const bare = name
    .replace(/^(?!ld-)[a-z0-9_]+-(linux|apple|w64)-[a-z0-9]+-/, '')
    .replace(/\.(basic|tiny|nox|gtk3?|athena|openbsd|traditional|distrib|real|wrapped)$/, '')
  return bare.replace(/[-.]?\d+([.-]\d+)*[a-z]?$/, '') || bare
}
