import { describe, expect, it } from 'vitest'
import { namesIn, unknownOf, usersOf } from './secret-words.ts'

describe('who may use a secret', () => {
  it('is read with commas between the names, because agents’ names have spaces', () => {
    expect(namesIn('Travel Helper,  Bo ,, Travel Helper')).toEqual(['Travel Helper', 'Bo'])
    expect(namesIn(' * ')).toEqual(['*'])
    expect(namesIn('')).toEqual([])
  })
  it('is told when it is not everybody', () => {
    expect(usersOf({ agents: ['*'], tools: ['*'] })).toBe(null)
    expect(usersOf({ agents: ['Travel Helper'], tools: ['*'] })).toBe('only Travel Helper')
    expect(usersOf({ agents: ['A', 'B'], tools: ['web'] })).toBe('only A, B, only with web')
    expect(usersOf({ agents: [], tools: ['*'] })).toBe('for no agent')
    expect(usersOf({ agents: ['*'], tools: [] })).toBe('for no tool')
  })
  it('names nobody who is not there without saying so', () => {
    expect(unknownOf(['*'], [], 'agent')).toBe('')
    expect(unknownOf(['Bo', 'Travel'], ['Bo'], 'agent')).toBe('There is no agent “Travel” now.')
  })
})
