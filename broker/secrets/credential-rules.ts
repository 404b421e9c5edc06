/**
 * Credentials that nobody registered, by their published shapes. Only shapes with a fixed mark are here: a guess by
 * randomness would cry wolf. Sources: the providers' own documents on token formats.
 */
import type { LeakHit } from '../ports.ts'

const RULES: { what: string; shape: RegExp }[] = [
  { what: 'AWS access key', shape: /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g },
  { what: 'GitHub token', shape: /\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{60,255})\b/g },
  { what: 'GitLab token', shape: /\bglpat-[A-Za-z0-9_-]{20,64}\b/g },
  {
    what: 'OpenAI key',
    shape: /\bsk-(?!ant-)(?=[A-Za-z_-]{0,200}\d)(?=[a-z0-9_-]{0,200}[A-Z])[A-Za-z0-9_-]{40,200}/g,
  },
  { what: 'Anthropic key', shape: /\bsk-ant-[A-Za-z0-9_-]{32,200}/g },
  { what: 'Slack token', shape: /\bxox[abeoprs]-[A-Za-z0-9-]{20,255}\b/g },
  { what: 'Google API key', shape: /\bAIza[0-9A-Za-z_-]{35}\b/g },
  { what: 'Stripe key', shape: /\b[rs]k_live_[0-9a-zA-Z]{20,247}\b/g },
  { what: 'npm token', shape: /\bnpm_[A-Za-z0-9]{36}\b/g },
  { what: 'SendGrid key', shape: /\bSG\.[\w-]{16,32}\.[\w-]{16,64}\b/g },
  {
    what: 'JSON Web Token',
    shape: /\beyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{10,2000}/g,
  },
  {
    what: 'private key',
    shape:
      /-----BEGIN (?:[A-Z]{2,12} )?PRIVATE KEY(?: BLOCK)?-----[\s\S]{40,20000}?-----END (?:[A-Z]{2,12} )?PRIVATE KEY(?: BLOCK)?-----/g,
  },
  {
    what: 'password in an address',
    shape:
      /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@]{1,100}:(?!(?:pass(?:word|wd)?|secret|pw|token|xxx+|\*+|changeme)@)[^\s/:@<>{}$[\]]{3,200}@[A-Za-z0-9.-]+/gi,
  },
]

/** A text without any of these marks holds no credential that the rules know. */
const MARKS = /A[KS]IA|gh[pousr]_|github_pat_|glpat-|sk-|xox|AIza|_live_|npm_|SG\.|eyJ|-----BEGIN|:\/\//

export function findCredentials(text: string): LeakHit[] {
  if (!MARKS.test(text)) return []
  return RULES.flatMap(({ what, shape }) =>
    [...text.matchAll(shape)].map((match) => ({
      what,
      start: match.index,
      end: match.index + match[0].length,
    })),
  )
}
