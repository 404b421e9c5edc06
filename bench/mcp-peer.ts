/** The official MCP filesystem server over stdio, unsandboxed: what people run today. */
import path from 'node:path'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'

const server = path.resolve(
  import.meta.dirname,
  '../node_modules/@modelcontextprotocol/server-filesystem/dist/index.js',
)

export interface McpPeer {
  read(file: string): Promise<unknown>
  pid(): number | null
  close(): Promise<void>
}

/** @param command runs instead of the server itself, with the server's own command line behind it */
export async function startMcpPeer(folder: string, command: string[] = []): Promise<McpPeer> {
  const [program = process.execPath, ...args] = [...command, process.execPath, server, folder]
  const transport = new StdioClientTransport({ command: program, args, stderr: 'ignore' })
  const client = new Client({ name: 'bench', version: '1.0.0' })
  await client.connect(transport)
  await client.listTools()
  return {
    read: (file) => client.callTool({ name: 'read_text_file', arguments: { path: file } }),
    pid: () => transport.pid,
    close: () => client.close(),
  }
}
