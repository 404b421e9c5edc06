/** The web for an agent: pages as readable text, and requests to APIs. Everything that comes back is outside text. */
import { decodeBody } from './decode-body.ts'
import { readPage } from './read-page.ts'

/** Characters of one part. */
const PART = 20_000

export async function fetchPage(input: { url: string; start?: number; length?: number }) {
  const { url, start = 0, length = PART } = input
  const answer = await sallyport.net.fetch({
    url,
    headers: [
      ['Accept', 'text/html,application/xhtml+xml,text/plain;q=0.9,*/*;q=0.1'],
      ['Accept-Language', 'en;q=0.8,*;q=0.5'],
    ],
    responseEncoding: 'base64',
  })
  const type = headerOf(answer.headers, 'content-type')
  const place = { url: answer.url, status: answer.status }
  if (!isText(type))
    return {
      ...place,
      title: '',
      text: '',
      note: `This is no page but ${type || 'something without a type'}.`,
    }
  const body = decodeBody(answer.body, type)
  const page = isHtml(type, body) ? readPage(body, answer.url) : { title: '', text: body }
  const end = start + length
  const more = page.text.length > end
  return {
    ...place,
    title: page.title,
    text: page.text.slice(start, end),
    more,
    ...(more ? { next: end } : {}),
    ...(answer.truncated ? { note: 'The page was too long; its end is missing.' } : {}),
  }
}

export async function request(input: {
  url: string
  method?: string
  headers?: Record<string, string>
  json?: unknown
  body?: string
}) {
  const { url, json, headers = {} } = input
  if (json !== undefined && input.body !== undefined) throw new Error('Give `json` or `body`, not both.')
  const body = json === undefined ? input.body : JSON.stringify(json)
  const pairs = Object.entries(headers) as [string, string][]
  const named = (name: string) => pairs.some(([given]) => given.toLowerCase() === name)
  if (json !== undefined && !named('content-type')) pairs.push(['Content-Type', 'application/json'])
  const method = (input.method ?? (body === undefined ? 'GET' : 'POST')).toUpperCase()
  const answer = await sallyport.net.fetch({
    url,
    method,
    headers: pairs,
    ...(body === undefined ? {} : { body }),
  })
  return {
    url: answer.url,
    status: answer.status,
    statusText: answer.statusText,
    headers: Object.fromEntries(answer.headers),
    ...bodyOf(answer.body, headerOf(answer.headers, 'content-type')),
    truncated: answer.truncated,
  }
}

function bodyOf(body: string, type: string): { json: unknown } | { text: string } {
  if (!/[/+]json\b/i.test(type)) return { text: body }
  try {
    return { json: JSON.parse(body) }
  } catch {
    return { text: body }
  }
}

function headerOf(headers: [string, string][], name: string): string {
  return headers.find(([given]) => given.toLowerCase() === name)?.[1] ?? ''
}

function isText(type: string): boolean {
  return type === '' || /^(text\/|application\/(xhtml|xml|json|.*\+(xml|json)))/i.test(type)
}

function isHtml(type: string, body: string): boolean {
  return /html/i.test(type) || (type === '' && /^\s*(<!doctype html|<html)/i.test(body))
}
