/**
 * @secretlint's recommended preset, its rules run as they are. They answer at once and read nothing but the text that
 * they are given; its comments that switch rules off are for people's own files, so they count for nothing here. It is
 * large, so it is loaded when it is first wanted, in the background.
 */
import type { LeakHit } from '../ports.ts'
import { isRealAddress } from './judge-credential.ts'

export interface PresetRule {
  /** As for our own rules, but anywhere in the text; none when a newer preset brings a rule that we don't know. */
  marks: readonly string[]
  find(text: string): LeakHit[]
}
interface TheirRule {
  meta: { id: string }
  create(context: TheirContext, options: object): { file?(source: object): unknown }
}
interface TheirContext {
  createTranslator(): (id: string) => { message: string; messageId: string }
  report(found: { range: readonly [number, number] }): void
  ignore(): void
}

/** What stands in every text in which the rule finds something. */
const MARKS: Record<string, readonly string[]> = {
  '1password': ['ops_'],
  anthropic: ['sk-ant-'],
  aws: ['secret'],
  basicauth: ['://'],
  cloudflare: ['cfk_', 'cfut_', 'cfat_'],
  'database-connection-string': ['mongodb', 'mysql', 'postgres'],
  databricks: ['dapi'],
  docker: ['dckr_pat_'],
  figma: ['figd_'],
  github: ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_'],
  gitlab: ['glpat-'],
  grafana: ['glc_', 'glsa_'],
  groq: ['gsk_'],
  'hashicorp-vault': ['hvs.', 'hvb.', 'hvr.'],
  huggingface: ['hf_'],
  linear: ['lin_api_'],
  notion: ['ntn_'],
  npm: ['x-oauth-basic', '_authToken=', 'npm_'],
  openai: ['sk-'],
  privatekey: ['-----BEGIN'],
  sendgrid: ['SG.'],
  shopify: ['shppa', 'shpca', 'shpat', 'shpss'],
  slack: ['xox', 'xapp-', 'hooks.slack'],
  stripe: ['sk_live', 'sk_test', 'rk_live', 'rk_test'],
  tailscale: ['tskey-'],
  vercel: ['vcp_', 'vci_', 'vca_', 'vcr_', 'vck_'],
}
/** Not about credentials in a text: files of a kind, and comments that switch rules off. */
const LEFT_OUT = new Set(['gcp', 'filter-comments'])

export async function loadPreset(): Promise<PresetRule[]> {
  const module = await import('@secretlint/secretlint-rule-preset-recommend')
  const { rules } = module as unknown as { rules: readonly TheirRule[] }
  return rules.flatMap((rule) => {
    const name = rule.meta.id.replace(/^.*secretlint-rule-/, '')
    return LEFT_OUT.has(name) ? [] : [adopt(rule, name)]
  })
}

function adopt({ create }: TheirRule, name: string): PresetRule {
  let hits: LeakHit[] = []
  const context: TheirContext = {
    createTranslator: () => (id) => ({ message: id, messageId: id }),
    report: ({ range: [start, end] }) => hits.push({ what: `${name} credential`, start, end }),
    ignore() {},
  }
  const { file } = create(context, {})
  return {
    marks: MARKS[name] ?? [],
    find(text) {
      hits = []
      file?.({ content: text, contentType: 'text', filePath: '', ext: '' })
      return hits.filter(({ start, end }) => isCredential(text.slice(start, end)))
    },
  }
}

/** The preset takes long names in code (`npm_config_…`) and examples of addresses (`user:pass@`) for credentials too. */
function isCredential(text: string): boolean {
  return text.includes('://') ? isRealAddress(text) : /[A-Z\d]/.test(text)
}
