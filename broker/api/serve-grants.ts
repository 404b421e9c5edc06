/** Grants: list, revoke, extend, narrow. A person narrows; nothing here widens. */
import { ApiError } from '../../contract/broker-api.ts'
import type { GrantBook } from '../ports.ts'
import { type ApiGroup, orMissing } from './group.ts'

const GONE = 'That grant is gone.'

export function serveGrants({
  grants,
}: {
  grants: GrantBook
}): ApiGroup<'grants.list' | 'grants.revoke' | 'grants.extend' | 'grants.narrow' | 'grants.note'> {
  return {
    'grants.list': async () => ({ grants: grants.list() }),
    'grants.revoke': async ({ id }, caller) => orMissing(grants.revoke(id, caller.name), GONE),
    'grants.extend': async ({ id, end }, caller) => orMissing(grants.extend(id, end, caller.name), GONE),
    'grants.narrow': async ({ id, scope }, caller) => {
      if (!grants.list().some((grant) => grant.id === id)) throw new ApiError('not-found', GONE)
      const narrowed = grants.narrow(id, scope, caller.name)
      if (!narrowed)
        throw new ApiError(
          'invalid-request',
          'The new scope is wider than the old one. Revoke the grant and answer a new question instead.',
        )
      return narrowed
    },
    'grants.note': async ({ id, note }) => orMissing(grants.note(id, note), GONE),
  }
}
