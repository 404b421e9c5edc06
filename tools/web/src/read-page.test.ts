import { expect, test } from 'vitest'
import { decodeBody } from './decode-body.ts'
import { readPage } from './read-page.ts'

const long =
  'Ships come and go with the tide, and the harbor master writes down each of them, with the hour and the flag. '
const article = `<!doctype html><html><head><title>Tides — Harbor News</title><script>alert(1)</script><style>p{}</style></head>
<body><nav><a href="/">Home</a><a href="/about">About</a></nav>
<article><h1>Tides</h1><p>${long.repeat(3)}</p>
<h2>A list</h2><ul><li>One <b>bold</b> thing</li><li>Two<ul><li>Nested</li></ul></li></ul>
<p>See <a href="/tables?x=1">the tables</a> or <a href="javascript:alert(1)">nothing</a>. ${long}</p>
<pre>let a = 1
let b = 2</pre><blockquote><p>Quoted words.</p></blockquote>
<table><tr><th>Day</th><th>Hour</th></tr><tr><td>Mon</td><td>6:10</td></tr></table>
<p style="display:none">hidden words</p><p>${long.repeat(2)}</p></article>
<footer>Cookies and advertising</footer></body></html>`

test('reads an article: title, headings, lists, links made whole, code, quotes, tables; no menus, scripts or hidden text', () => {
  const { title, text } = readPage(article, 'https://example.org/news/tides')
  expect(title).toContain('Tides')
  expect(text).toContain('## A list')
  expect(text).toContain('- One **bold** thing')
  expect(text).toContain('\n  - Nested')
  expect(text).toContain('[the tables](https://example.org/tables?x=1)')
  expect(text).toContain('```\nlet a = 1\nlet b = 2\n```')
  expect(text).toContain('> Quoted words.')
  expect(text).toContain('| Day | Hour |\n| Mon | 6:10 |')
  expect(text).not.toMatch(/alert|javascript:|About|Cookies|hidden words/)
})

test('a page that is no article is read whole, without menus and forms', () => {
  const { title, text } = readPage(
    '<title>Status</title><nav>Menu</nav><p>All systems work.</p><form>Search</form>',
    'https://example.org',
  )
  expect(title).toBe('Status')
  expect(text).toBe('All systems work.')
})

test('a page that is too deep for a tree still gives its words', () => {
  const { text } = readPage(
    `<script>var x</script>${'<div>'.repeat(50_000)}deep words`,
    'https://example.org',
  )
  expect(text).toContain('deep words')
  expect(text).not.toContain('var x')
})

test.each([
  '',
  '<',
  '<html',
  '<a href="http://[">x</a>',
  '<p>\u0000</p>',
  '<svg><script>1</script></svg>',
])('a broken page %j is no error', (html) => {
  expect(readPage(html, 'https://example.org')).toMatchObject({ text: expect.any(String) })
})

test('bytes become text by the charset of the header, or of the page, or as UTF-8', () => {
  const base64 = (text: string, encoding: BufferEncoding) => Buffer.from(text, encoding).toString('base64')
  expect(decodeBody(base64('Grüße ✓', 'utf8'), 'text/html')).toBe('Grüße ✓')
  expect(decodeBody(base64('Grüße', 'latin1'), 'text/html; charset=iso-8859-1')).toBe('Grüße')
  expect(decodeBody(base64('<meta charset="windows-1252">Grüße', 'latin1'), 'text/html')).toContain('Grüße')
  expect(decodeBody(base64('abc', 'utf8'), 'text/html; charset=x-no-such')).toBe('abc')
})
