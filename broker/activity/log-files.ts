/** The files of one log, beside each other: the newest entries, the packed older ones, and the index over both. */
export interface LogFiles {
  hot: string
  archive: string
  index: string
}

export function logFiles(hot: string): LogFiles {
  const stem = hot.replace(/\.db$/, '')
  return { hot, archive: `${stem}-archive.db`, index: `${stem}-index.db` }
}
