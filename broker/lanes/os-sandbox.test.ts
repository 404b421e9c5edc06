// The layers around the isolate, each by itself: what native code in the sandbox process could do if Node's own
// permissions did not exist, and what Node's permissions stop where there is no OS sandbox.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import type { Writable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { copyNatives } from '../../scripts/copy-natives.mjs'
import { makeSyscallFilter } from './make-syscall-filter.ts'
import { findBubblewrap, findLinuxParts, wrapOnLinux } from './wrap-with-os-sandbox.linux.ts'

/** Runs in the sandbox process, outside of any isolate: everything that Node can do, tried. */
const PLANTED = `
import fs from 'node:fs'
import net from 'node:net'
import dgram from 'node:dgram'
import { spawnSync } from 'node:child_process'
import { Worker } from 'node:worker_threads'
import { createRequire } from 'node:module'
const given = JSON.parse(process.argv[2])
const tries = {
  descriptors: () => { const open = []; for (let fd = 3; fd < 64; fd++) { try { const s = fs.fstatSync(fd); open.push(fd + ':' + (s.isSocket() ? 'socket' : s.isFile() ? 'file' : s.isDirectory() ? 'folder' : s.isFIFO() ? 'fifo' : 'other')) } catch {} } return open },
  env: () => Object.keys(process.env).filter((name) => name !== 'PWD'),
  hostname: () => import('node:os').then((os) => os.hostname()),
  readHome: () => fs.readFileSync(given.secret, 'utf8'),
  readPasswd: () => fs.readFileSync('/etc/passwd', 'utf8'),
  root: () => fs.readdirSync('/'),
  write: () => fs.writeFileSync(given.folder + '/planted', 'x'),
  writeRoot: () => fs.writeFileSync('/planted', 'x'),
  writeBundle: () => fs.writeFileSync(import.meta.dirname + '/planted', 'x'),
  processes: () => fs.readdirSync('/proc'),
  kill: () => process.kill(given.pid, 0),
  shell: () => { const r = spawnSync('/bin/sh', ['-c', 'echo hi']); if (r.error) throw r.error; return String(r.stdout) },
  itself: () => { const r = spawnSync(process.execPath, ['--version']); if (r.error) throw r.error; return String(r.stdout) },
  tcp: () => new Promise((resolve, reject) => net.connect(given.port, '127.0.0.1').on('connect', () => resolve('connected')).on('error', reject)),
  unix: () => new Promise((resolve, reject) => net.connect(given.socket).on('connect', () => resolve('connected')).on('error', reject)),
  listen: () => new Promise((resolve, reject) => net.createServer().on('error', reject).listen(0, '127.0.0.1', () => resolve('listening'))),
  udp: () => new Promise((resolve, reject) => { const s = dgram.createSocket('udp4'); s.on('error', reject); s.send('x', 53, '127.0.0.1', (e) => e ? reject(e) : resolve('sent')) }),
  addon: () => typeof createRequire(import.meta.url)('./native/isolated_vm.node').ivm.Isolate,
  worker: () => new Promise((resolve, reject) => new Worker('require("fs").readdirSync("/proc")', { eval: true }).on('error', reject).on('exit', resolve)),
}
const found = {}
let current = ''
process.on('uncaughtException', (error) => { found[current] = { code: error.code } })
for (const [name, fn] of Object.entries(tries)) {
  current = name
  const late = new Promise((resolve) => setTimeout(resolve, 1000, 'nothing in a second'))
  try { const did = await Promise.race([fn(), late]); found[name] ??= { did: did ?? null } } catch (error) { found[name] = { code: error.code ?? error.message } }
}
process.stdout.write(JSON.stringify(found), () => process.exit(0))
`
type Found = Record<string, { did?: unknown; code?: string }>

let folder: string
let bundle: string
let server: net.Server
let unix: net.Server
beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'sallyport-planted-'))
  bundle = mkdtempSync(path.join(os.tmpdir(), 'sallyport-bundle-'))
  writeFileSync(path.join(folder, 'secret'), 'top secret')
  writeFileSync(path.join(bundle, 'planted.mjs'), PLANTED)
  writeFileSync(path.join(bundle, 'main.cjs'), "import('./planted.mjs')")
  await copyNatives('sandbox', bundle)
  server = net.createServer().listen(0, '127.0.0.1')
  unix = net.createServer().listen(path.join(folder, 'socket'))
})
afterAll(() => {
  server.close()
  unix.close()
  for (const made of [folder, bundle]) rmSync(made, { recursive: true, force: true })
})

function runPlanted(command: string, args: string[], filter: Buffer | null): Promise<Found> {
  const { port } = server.address() as net.AddressInfo
  const given = JSON.stringify({
    secret: path.join(folder, 'secret'),
    folder,
    port,
    socket: path.join(folder, 'socket'),
    pid: process.pid,
  })
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args, given], {
      env: {},
      stdio: ['pipe', 'pipe', 'pipe', ...(filter ? ['pipe' as const] : [])] as 'pipe'[],
      timeout: 15_000,
    })
    if (filter) (child.stdio[3] as Writable).end(filter)
    let out = ''
    let err = ''
    child.stdout?.on('data', (chunk) => {
      out += chunk
    })
    child.stderr?.on('data', (chunk) => {
      err += chunk
    })
    child.on('close', () => (out ? resolve(JSON.parse(out)) : reject(new Error(err))))
  })
}

describe.runIf(process.platform === 'linux' && findBubblewrap())(
  'bubblewrap alone, around a Node that is allowed everything',
  () => {
    let found: Found
    beforeAll(async () => {
      const parts = await findLinuxParts(findBubblewrap() as string, process.execPath)
      const { command, args } = wrapOnLinux(parts, { bundle, nodeArguments: [], filterDescriptor: 3 })
      found = await runPlanted(command, args, makeSyscallFilter())
    })

    it('shows that the planted code ran: it loads the addon', () =>
      expect(found.addon).toEqual({ did: 'function' }))
    it('keeps files away', () => {
      for (const name of ['readHome', 'readPasswd', 'processes'])
        expect(found[name], name).toEqual({ code: 'ENOENT' })
      expect((found.root?.did as string[]).sort()).toEqual(expect.arrayContaining(['node', 'sandbox']))
      expect(found.root?.did as string[]).not.toEqual(expect.arrayContaining(['home']))
      expect(
        (found.root?.did as string[]).filter(
          (name) => !['lib', 'lib64', 'node', 'sandbox', 'usr'].includes(name),
        ),
      ).toEqual([])
    })
    it('lets nothing be written, not even inside', () => {
      for (const name of ['write', 'writeRoot', 'writeBundle'])
        expect(['EROFS', 'ENOENT'], name).toContain(found[name]?.code)
    })
    it('lets no process start', () => {
      for (const name of ['shell', 'itself'])
        expect(found[name]?.code, name).toMatch(/^(EPERM|ENOSYS|ENOENT)$/)
      expect(found.itself?.code).toBe('EPERM')
    })
    it('sees no other process', () => expect(found.kill).toEqual({ code: 'ESRCH' }))
    it('has no network, not even sockets', () => {
      for (const name of ['tcp', 'unix', 'listen', 'udp'])
        expect(found[name]?.code, name).toMatch(/^(EPERM|ENOENT|ENETUNREACH)$/)
      expect(found.tcp?.code).toBe('EPERM')
    })
    it('has no environment, no name of the host, and no descriptor but its pipes', () => {
      expect(found.env).toEqual({ did: [] })
      expect(found.hostname).toEqual({ did: 'sandbox' })
      const inherited = (found.descriptors?.did as string[]).filter((text) => /socket|file|folder/.test(text))
      expect(inherited).toEqual([])
    })
  },
)

describe('Node’s own permissions alone, where there is no OS sandbox', () => {
  it('refuse files, processes, threads and the network', async () => {
    const flags = [
      '--permission',
      '--allow-addons',
      `--allow-fs-read=${bundle}/`,
      '--no-warnings',
      '--disable-sigusr1',
    ]
    const found = await runPlanted(process.execPath, [...flags, path.join(bundle, 'main.cjs')], null)
    expect(found.addon).toEqual({ did: 'function' })
    for (const name of [
      'readHome',
      'readPasswd',
      'root',
      'write',
      'writeBundle',
      'processes',
      'shell',
      'itself',
      'tcp',
      'listen',
      'udp',
      'worker',
      'unix',
    ])
      expect(found[name], name).toEqual({ code: 'ERR_ACCESS_DENIED' })
    expect(found.env).toEqual({ did: [] })
  })
})
