import { expect, test } from 'vitest'
import { isOpaqueCommand } from './is-opaque-command.ts'

const split = (line: string): [string, string[]] => {
  const [program, ...args] = line.split(' ')
  return [program as string, args]
}

test.each([
  '/usr/bin/bash script.sh',
  '/usr/bin/dash -c x',
  '/usr/bin/busybox ls',
  '/usr/bin/env ls',
  '/usr/bin/sudo ls',
  '/usr/bin/doas ls',
  '/usr/bin/xargs rm',
  '/usr/bin/find . -name x -exec rm {} ;',
  '/usr/bin/find . -okdir rm {} ;',
  '/usr/bin/python3.11 -c print(1)',
  '/usr/bin/python3.11 -Ic print(1)',
  '/usr/bin/python3.11 -m timeit x',
  '/usr/bin/python3.11',
  '/usr/bin/python3.11 -',
  '/usr/bin/python3.11 -W ignore -c x',
  '/opt/node-v26/bin/node -e x',
  '/opt/node-v26/bin/node --eval=x',
  '/opt/node-v26/bin/node -pe x',
  '/opt/node-v26/bin/node --import=data:text/javascript,x a.js',
  '/usr/bin/perl -ne x file',
  '/usr/bin/perl5.36.0 -MPOSIX=x a.pl',
  '/usr/bin/ruby3.1 -e x',
  '/usr/bin/php8.2 -r x',
  '/usr/bin/mawk {system("x")}',
  '/usr/bin/gawk -f a.awk',
  '/usr/bin/ssh host ls',
  '/usr/bin/nc.openbsd -e sh host 1',
  '/usr/bin/npx cowsay',
  '/usr/bin/npm exec cowsay',
  '/usr/bin/vim.basic -c :!sh',
  '/usr/bin/sed s/a/b/e',
  '/usr/bin/git -c alias.x=!sh x',
  '/usr/bin/git clone ext::sh',
  '/usr/bin/git rebase --exec ls',
  '/usr/bin/git bisect run sh',
  '/usr/bin/tar --checkpoint-action=exec=sh -xf a',
  '/usr/bin/tar -I sh -xf a',
  '/usr/bin/rsync -e sh a b',
  '/usr/bin/make --eval=x',
  '/usr/bin/make SHELL=/tmp/x all',
  '/usr/bin/timeout 5 rm x',
  '/usr/bin/nice rm x',
  '/usr/lib64/ld-linux-x86-64.so.2 /bin/ls',
  '/usr/bin/x86_64-linux-gnu-gcc-12 -wrapper sh a.c',
  '/usr/bin/deno eval x',
  '/usr/bin/deno run https://example.org/x.ts',
  '/usr/bin/docker run x',
  '/usr/bin/sqlite3 a.db .shell',
  'C:\\Windows\\System32\\cmd.exe /c dir',
  'C:\\Tools\\build.bat',
])('%s can hold a program in its arguments', (line) => {
  expect(isOpaqueCommand(...split(line))).toBe(true)
})

test.each([
  '/usr/bin/ls -la',
  '/usr/bin/cat a -e',
  '/usr/bin/git status',
  '/usr/bin/git commit -m message',
  '/usr/bin/find . -name *.md',
  '/usr/bin/python3.11 script.py -c x',
  '/usr/bin/python3.11 -u script.py',
  '/usr/bin/python3.11 --version',
  '/opt/node/bin/node server.js -e',
  '/usr/bin/npm test',
  '/usr/bin/make all',
  '/usr/bin/tar -xzf a.tgz',
  '/usr/bin/rsync -a a b',
  '/usr/bin/gcc-12 -o a a.c',
  '/usr/bin/x86_64-linux-gnu-gcc-12 -c a.c',
  '/usr/bin/sed --sandbox s/a/b/ file',
  '/usr/bin/rg -n pattern',
  '/home/u/bin/mytool --run x',
  '/usr/bin/constructor x',
])('%s can not', (line) => {
  expect(isOpaqueCommand(...split(line))).toBe(false)
})
