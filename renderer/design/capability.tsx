import {
  BellRing,
  ClipboardCopy,
  ClipboardPaste,
  Cpu,
  ExternalLink,
  FileText,
  FolderOpen,
  KeyRound,
  type LucideIcon,
  PenLine,
  SquareTerminal,
  Trash2,
  Upload,
} from 'lucide-react'
import type { Capability } from '../../contract/words.ts'

export interface CapabilityWords {
  /** "Read files": what a tool may ask. */
  words: string
  /** One word for filters. */
  short: string
  icon: LucideIcon
}

export const CAPABILITY_WORDS: Record<Capability, CapabilityWords> = {
  'fs.read': { words: 'Read files', short: 'Read', icon: FileText },
  'fs.list': { words: 'List folders', short: 'List', icon: FolderOpen },
  'fs.write': { words: 'Create, change and move files', short: 'Write', icon: PenLine },
  'fs.delete': { words: 'Move files to the trash', short: 'Trash', icon: Trash2 },
  'net.request': { words: 'Send web requests', short: 'Web', icon: Upload },
  'command.run': { words: 'Run commands', short: 'Commands', icon: SquareTerminal },
  'secret.use': { words: 'Use a secret', short: 'Secrets', icon: KeyRound },
  'clipboard.read': { words: 'Read the clipboard', short: 'Clipboard in', icon: ClipboardPaste },
  'clipboard.write': { words: 'Write to the clipboard', short: 'Clipboard out', icon: ClipboardCopy },
  notify: { words: 'Show notifications', short: 'Notify', icon: BellRing },
  open: { words: 'Open links and files in other apps', short: 'Open', icon: ExternalLink },
  'model.call': { words: 'Ask a model', short: 'Model', icon: Cpu },
}

export function CapabilityIcon({ capability }: { capability: Capability }) {
  const Icon = CAPABILITY_WORDS[capability].icon
  return <Icon aria-hidden="true" strokeWidth={1.7} />
}
