import { ApiError } from '../../contract/broker-api.ts'
import type { Rooms } from '../make-broker.ts'
import type { ApiGroup } from './group.ts'

export function serveIncident(_rooms: Rooms): ApiGroup<'incident.start' | 'digest.get' | 'digest.accept'> {
  const later = async (): Promise<never> => {
    throw new ApiError('unavailable', 'Not there yet.')
  }
  return { 'incident.start': later, 'digest.get': later, 'digest.accept': later }
}
