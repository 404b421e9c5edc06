/** How a question ends without a yes, in words for the person and for the model. */
import { type Refused, refused } from '../../contract/outcome.ts'

export const CANCELLED = refused('cancelled', 'The run was cancelled.')
export const STOPPED = refused('stopped', 'Sallyport was stopped before an answer came.')
export const UNAVAILABLE = refused(
  'unavailable',
  'There is no window in which you could be asked, so this was not done. Open Sallyport, then try again.',
  'This needs the person’s yes, and there is no way to ask now. Go on without it, or stop and say what is needed.',
)
export const LOST = refused(
  'no-answer',
  'The question’s window was lost before an answer came, so this was not done.',
)
export const EXPIRED = refused(
  'no-answer',
  'Nobody answered in time, so this was not done.',
  'Nobody answered in time. Go on without it, or ask again later.',
)
export const TOO_MANY = refused(
  'budget',
  'Too many questions wait for an answer, so this was not done.',
  'Too many questions wait for the person. Don’t ask for more; go on without it.',
)
export const SPENT = refused(
  'budget',
  'This agent has used up its questions for this hour, so this was not done.',
  'The questions for this hour are used up. Go on with what needs no question, or finish and say what is left to do.',
)

/** @param reason what the person wrote for the model; may be empty */
export function saidNo(reason: string): Refused {
  if (reason === '')
    return refused('denied-by-person', 'You said no.', 'The person said no. Go on without it.')
  return refused(
    'denied-by-person',
    `You said no: ${reason}`,
    `The person said no: ${reason} Go by that, and don’t ask for the same again.`,
  )
}

export function saidNoBefore(words: string, reason: string): Refused {
  const why = reason === '' ? '' : ` ${reason}`
  return refused(
    'denied-by-person',
    `You said no to this: ${words}.${why}`,
    `The person said no to this: ${words}.${why} Go on without it.`,
  )
}
