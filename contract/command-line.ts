/**
 * A command as people read it, on one line: where a word ends can be seen, of the program's own name too. Never for a
 * shell: a command is a list of words.
 */
export function commandLine(words: readonly string[]): string {
  return words.map(quoted).join(' ')
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word)
}
