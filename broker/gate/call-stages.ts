/** Content that one call gathers in parts before it asks for it to be written. What lacks a part is never written. */
import { type Outcome, ok, refused } from '../../contract/outcome.ts'
import { STREAM_LIMITS } from '../../contract/stream.ts'
import type { Json } from '../../contract/words.ts'
import type { StagedFile, Staging, StagingFile } from '../ports.ts'
import type { ContentWatch } from './find-leak.ts'

export interface CallStages {
  /** Adds base64 to a stage, or begins one. After a part that was not taken the stage is gone. */
  gather(stage: number | null, data: string): Promise<Outcome<Json>>
  drop(stage: number): Outcome<Json>
  staged(stage: number): Promise<StagedFile | null>
  end(): void
}
export interface CallStagesParts {
  nextNumber(): number
  staging: Staging
  /** Looks into content while it is gathered. */
  watchContent(): ContentWatch
}
interface Stage {
  stage: number
  file: StagingFile
  watch: ContentWatch
}

export function createCallStages(parts: CallStagesParts): CallStages {
  const stages = new Map<number, Stage>()
  let gathered = 0

  async function gather(number: number | null, data: string): Promise<Outcome<Json>> {
    const begun = number === null ? begin() : find(number)
    if (begun.kind !== 'ok') return begun
    const { stage } = begun.value
    const taken = await take(begun.value, Buffer.from(data, 'base64'))
    if (taken.kind === 'ok') return ok({ stage, size: taken.value })
    drop(stage)
    return taken
  }

  async function take({ file, watch }: Stage, bytes: Buffer): Promise<Outcome<number>> {
    gathered += bytes.length
    if (gathered > STREAM_LIMITS.staged)
      return refused('too-large', `A call gathers at most ${STREAM_LIMITS.staged} bytes for writing.`)
    return (await watch.take(bytes)) ?? file.append(bytes)
  }

  function find(stage: number): Outcome<Stage> {
    const found = stages.get(stage)
    return found ? ok(found) : refused('invalid-request', 'There is no such content to add to.')
  }

  function begin(): Outcome<Stage> {
    if (stages.size >= STREAM_LIMITS.stages)
      return refused('budget', `More than ${STREAM_LIMITS.stages} files are being written: close some first.`)
    const file = parts.staging.open()
    if (file.kind !== 'ok') return file
    const stage = parts.nextNumber()
    const begun = { stage, file: file.value, watch: parts.watchContent() }
    stages.set(stage, begun)
    return ok(begun)
  }

  function drop(stage: number): Outcome<Json> {
    stages.get(stage)?.file.close()
    stages.delete(stage)
    return ok(null)
  }

  return {
    gather,
    drop,
    async staged(stage) {
      const found = stages.get(stage)
      // What its last bytes may have ended.
      if (await found?.watch.end()) drop(stage)
      return stages.get(stage)?.file.look() ?? null
    },
    end() {
      for (const { file } of stages.values()) file.close()
      stages.clear()
    },
  }
}
