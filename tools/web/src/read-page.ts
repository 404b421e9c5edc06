/** The readable part of a page as Markdown: Mozilla's Readability on a DOM without a browser. No script runs. */
import { Readability } from '@mozilla/readability'
import { DOMParser } from 'linkedom/worker'
import { type MarkdownNode, toMarkdown } from './to-markdown.ts'

export interface Page {
  title: string
  text: string
}
/** Elements that hold nothing to read. */
const NOT_READ = 'title,script,style,noscript,template,svg,iframe,object,embed,nav,footer,form'

/** Characters of an article; what is shorter is a page of another kind. */
const SHORTEST = 250
const DEEPEST = 400
const MOST_TAGS = 200_000
/** Elements that have no end tag, or may lack it. */
const UNCLOSED =
  /^(area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr|p|li|dt|dd|t[dhr]|thead|tbody|option|path)$/i

/** What is used of a document. */
interface PageDocument {
  body: MarkdownNode
  querySelector(selector: string): { textContent: string | null } | null
  querySelectorAll(selector: string): Iterable<{ remove(): void }>
}

/** Never throws: a page that the parser can't take is stripped of its tags. */
export function readPage(html: string, url: string): Page {
  if (isTooDeep(html)) return { title: '', text: stripTags(html) }
  try {
    const document = parse(html)
    const title = document.querySelector('title')?.textContent?.trim() ?? ''
    const article = new Readability(document as never, { charThreshold: SHORTEST }).parse()
    const found = (article?.textContent?.trim().length ?? 0) >= SHORTEST ? article?.content : null
    const content = found ? parse(`<html><body>${found}</body></html>`) : withoutFrame(html)
    return { title: article?.title?.trim() || title, text: toMarkdown(content.body, url) }
  } catch {
    return { title: '', text: stripTags(html) }
  }
}

function parse(html: string): PageDocument {
  return new DOMParser().parseFromString(withBody(html), 'text/html') as unknown as PageDocument
}

/** `<html>`, `<head>` and `<body>` may be left out of a page; the parser wants them. */
function withBody(html: string): string {
  if (/<html[\s>]/i.test(html) && /<body[\s>]/i.test(html)) return html
  const end = html.search(/<\/head\s*>/i)
  const head = end === -1 ? '' : html.slice(0, end)
  const rest = html.slice(head.length).replace(/<\/?(html|head)\b[^<>]*>|<!doctype[^<>]*>/gi, '')
  return `<html><head>${head.replace(/<(html|head)\b[^<>]*>|<!doctype[^<>]*>/gi, '')}</head><body>${rest}</body></html>`
}

/** Trees cost the square of their depth, so a hostile page is found before there is one. */
function isTooDeep(html: string): boolean {
  let depth = 0
  let tags = 0
  for (const [, close, name = ''] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)/gi)) {
    if (UNCLOSED.test(name)) continue
    tags += 1
    depth = Math.max(0, depth + (close ? -1 : 1))
    if (depth > DEEPEST || tags > MOST_TAGS) return true
  }
  return false
}

/** The whole page but its menus: for pages that are no article. */
function withoutFrame(html: string): PageDocument {
  const document = parse(html)
  for (const node of [...document.querySelectorAll(NOT_READ)]) node.remove()
  return document
}

/** For pages that are too deep or too broken for a tree. One pass. */
function stripTags(html: string): string {
  return cut(cut(html, '<script', '</script'), '<style', '</style')
    .replace(/<[^<>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}

function cut(text: string, from: string, to: string): string {
  const lower = text.toLowerCase()
  let kept = ''
  let at = 0
  for (let start = lower.indexOf(from); start !== -1; start = lower.indexOf(from, at)) {
    kept += text.slice(at, start)
    const end = lower.indexOf(to, start)
    if (end === -1) return kept
    at = end + to.length
  }
  return kept + text.slice(at)
}
