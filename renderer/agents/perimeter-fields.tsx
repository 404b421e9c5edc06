import { FolderOpen } from 'lucide-react'
import { useStore } from 'zustand'
import type { CommandLine, FolderLine, HostLine, Perimeter } from '../../contract/perimeter.ts'
import { useAct, useStores } from '../app/stores.ts'
import { Button } from '../design/button.tsx'
import { Check, Select } from '../design/field.tsx'
import { ShownText } from '../design/shown-text.tsx'
import { AddLine, Group, LevelSelect, Line, replace, without } from './perimeter-line.tsx'
import {
  folderChoices,
  folderLevel,
  hostChoices,
  hostLevel,
  readCommand,
  readHost,
  setFolderLevel,
  setHostLevel,
  writeCommand,
  writeHost,
} from './perimeter-words.ts'

export function FolderLines({
  lines,
  fault,
  onChange,
}: {
  lines: FolderLine[]
  fault: string
  onChange: (lines: FolderLine[]) => void
}) {
  const { bridge } = useStores()
  const act = useAct()
  const add = (path: string) => {
    if (lines.every((line) => line.path !== path)) onChange([...lines, { path, read: 'allow', write: 'ask' }])
    return true
  }
  const choose = async () => {
    const path = await act('No folder was chosen', () =>
      bridge.desktop({ do: 'chooseFolder', title: 'A folder this agent may use' }),
    )
    if (typeof path === 'string') add(path)
  }
  return (
    <Group
      title="Folders"
      about="A folder covers everything below it; the longest line counts. Changes can be undone."
      empty="No folder: it can’t read or change any file."
      fault={fault}
      add={
        <div className="add-row">
          <Button icon={<FolderOpen />} onClick={() => void choose()}>
            Choose a folder
          </Button>
          <AddLine label="Folder path" placeholder="~/Documents" onAdd={(text) => add(text.trim())} />
        </div>
      }
    >
      {lines.map((line, at) => (
        <Line key={line.path} what={line.path} onRemove={() => onChange(without(lines, at))}>
          <span className="mono wrap-anywhere">
            <ShownText text={line.path} field="path" />
          </span>
          <Select
            slim
            aria-label={`What it may do in ${line.path}`}
            value={folderLevel(line)}
            choices={folderChoices(line)}
            onChange={(level) => onChange(replace(lines, at, setFolderLevel(line, level)))}
          />
        </Line>
      ))}
    </Group>
  )
}

export function HostLines({ lines, onChange }: { lines: HostLine[]; onChange: (lines: HostLine[]) => void }) {
  return (
    <Group
      title="Web"
      about="A host, *.host for all below it, or * for any public one. This computer and your network need their port."
      empty="No host: it can’t send anything anywhere."
      add={
        <AddLine
          label="Host"
          placeholder="api.example.org"
          onAdd={(text) => {
            const host = readHost(text)
            if (host) onChange([...lines, { ...host, methods: ['GET', 'HEAD'], read: 'allow', send: 'deny' }])
            return host !== null
          }}
        />
      }
    >
      {lines.map((line, at) => (
        <Line
          // biome-ignore lint/suspicious/noArrayIndexKey: two lines may name the same host
          key={`${writeHost(line)} ${at}`}
          what={writeHost(line)}
          onRemove={() => onChange(without(lines, at))}
        >
          <span className="mono wrap-anywhere">
            <ShownText text={writeHost(line)} field="url" />
          </span>
          <Select
            slim
            aria-label={`What it may do at ${writeHost(line)}`}
            value={hostLevel(line)}
            choices={hostChoices(line)}
            onChange={(level) => onChange(replace(lines, at, setHostLevel(line, level)))}
          />
        </Line>
      ))}
    </Group>
  )
}

export function CommandLines({
  lines,
  onChange,
}: {
  lines: CommandLine[]
  onChange: (lines: CommandLine[]) => void
}) {
  return (
    <Group
      title="Commands"
      about="A program, or a program with its first words. Each runs inside an OS sandbox with this agent’s folders and hosts."
      empty="No command: it can’t start any program."
      add={
        <AddLine
          label="Command"
          placeholder="git status"
          onAdd={(text) => {
            const command = readCommand(text)
            if (command) onChange([...lines, { ...command, run: 'ask' }])
            return command !== null
          }}
        />
      }
    >
      {lines.map((line, at) => (
        <Line
          // biome-ignore lint/suspicious/noArrayIndexKey: two lines may name the same command
          key={`${writeCommand(line)} ${at}`}
          what={writeCommand(line)}
          onRemove={() => onChange(without(lines, at))}
        >
          <span className="mono wrap-anywhere">
            <ShownText text={writeCommand(line)} field="command" />
          </span>
          <LevelSelect
            label={`When ${writeCommand(line)} runs`}
            value={line.run}
            onChange={(run) => onChange(replace(lines, at, { ...line, run }))}
          />
        </Line>
      ))}
    </Group>
  )
}

export function SecretLines({
  lines,
  onChange,
}: {
  lines: Perimeter['secrets']
  onChange: (lines: Perimeter['secrets']) => void
}) {
  const { secrets } = useStores()
  const known = useStore(secrets, (state) => state.secrets) ?? []
  const free = known.filter(
    ({ name, kind }) => kind !== 'model-key' && lines.every((line) => line.name !== name),
  )
  return (
    <Group
      title="Secrets"
      about="It gets a secret’s name, never its value; the value is filled in on its way to a host it is bound to."
      empty={known.length === 0 ? 'No secret, and none is stored yet.' : 'No secret.'}
      add={
        free.length > 0 && (
          <Select
            aria-label="Add a secret"
            value=""
            choices={[
              { value: '', label: 'Add a secret …' },
              ...free.map(({ name }) => ({ value: name, label: name })),
            ]}
            onChange={(name) => name && onChange([...lines, { name, use: 'ask' }])}
          />
        )
      }
    >
      {lines.map((line, at) => (
        <Line key={line.name} what={line.name} onRemove={() => onChange(without(lines, at))}>
          <span className="mono">{line.name}</span>
          <LevelSelect
            label={`When ${line.name} is used`}
            value={line.use}
            onChange={(use) => onChange(replace(lines, at, { ...line, use }))}
          />
        </Line>
      ))}
    </Group>
  )
}

export function ToolLines({
  lines,
  onChange,
}: {
  lines: Perimeter['tools']
  onChange: (lines: Perimeter['tools']) => void
}) {
  const { tools } = useStores()
  const installed = useStore(tools, (state) => state.tools) ?? []
  const names = [...new Set([...installed.map(({ name }) => name), ...lines.map(({ name }) => name)])]
  const infoOf = (name: string) => installed.find((tool) => tool.name === name)
  return (
    <fieldset className="form-group">
      <legend>Tools</legend>
      <p className="small faint">A tool reaches only what the lines above allow.</p>
      <div className="tool-checks">
        {names.map((name) => (
          <Check
            key={name}
            checked={lines.some((line) => line.name === name)}
            onChange={(on) =>
              onChange(on ? [...lines, { name }] : lines.filter((line) => line.name !== name))
            }
          >
            <b className="strong">{infoOf(name)?.title ?? name}</b>
            <span className="faint"> {infoOf(name)?.summary ?? 'not installed'}</span>
          </Check>
        ))}
      </div>
    </fieldset>
  )
}
