/** What the measurements of the box compare: a read through the lane alone, and the MCP server inside sandbox-runtime. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { InstalledTool, IsolateLane } from '../broker/ports.ts'
import { ok } from '../contract/outcome.ts'
import { callTool, makeTool, openTestLane } from '../e2e/fixtures/open-test-lane.ts'
import { type McpPeer, startMcpPeer } from './mcp-peer.ts'

const root = path.resolve(import.meta.dirname, '..')

export type Arm = () => Promise<unknown>

export function openLane(poolSize = 1): IsolateLane {
  const sandbox = {
    node: process.execPath,
    entry: path.join(root, 'dist/sandbox/main.cjs'),
    folder: path.join(root, 'dist/sandbox'),
    remove: () => {},
  }
  return openTestLane(sandbox, { poolSize })
}

export const readTool = () =>
  makeTool(
    'export const main = async ({ path }) => { const { data } = await sallyport.fs.readFile({ path }); return { data } }',
  )
export const readArm =
  (lane: IsolateLane, tool: InstalledTool, nextFile: () => string): Arm =>
  async () => {
    const file = nextFile()
    const onRequest = async () => ok({ path: file, data: await readFile(file, 'utf8') })
    const { outcome } = await callTool(lane, tool, { runId: 'run_bench', input: { path: file }, onRequest })
    if (outcome.kind !== 'ok') throw new Error(outcome.person)
  }

/** The same server inside sandbox-runtime, by its own command line. */
export async function startContainedPeer(folder: string): Promise<{ peer: McpPeer; close(): Promise<void> }> {
  const settings = path.join(mkdtempSync(path.join(tmpdir(), 'sallyport-srt-')), 'settings.json')
  writeFileSync(
    settings,
    JSON.stringify({
      network: { allowedDomains: [], deniedDomains: [] },
      filesystem: { denyRead: [], allowWrite: [folder], denyWrite: [] },
    }),
  )
  const cli = path.join(root, 'node_modules/@anthropic-ai/sandbox-runtime/dist/cli.js')
  const peer = await startMcpPeer(folder, [process.execPath, cli, '-s', settings, '--'])
  return {
    peer,
    close: async () => {
      await peer.close()
      rmSync(path.dirname(settings), { recursive: true, force: true })
    },
  }
}
