import type { BrokerOptions, Rooms } from './make-broker.ts'

/** Rooms that change tell those who watch. */
export function followRooms(rooms: Rooms, emit: BrokerOptions['emit']): () => void {
  const tellStatus = () => emit('status', rooms.status())
  const ends = [
    rooms.log.onRow((row) => emit('activity', { rows: [row], total: rooms.log.state().entries })),
    rooms.stop.onChange((state) => {
      tellStatus()
      // After a stop nothing is warm; going on begins with a spare.
      if (!state.stopped && rooms.options.lasting) rooms.lane.warm().catch(rooms.onFault)
    }),
    rooms.consent.onChange((questions) => {
      emit('questions', { questions })
      tellStatus()
    }),
    rooms.incidents.onChange(tellStatus),
    rooms.grants.onChange((grants) => emit('grants', { grants })),
    rooms.vault.onChange((secrets) =>
      emit('secrets', { secrets, keychain: rooms.keychain.seen(), locked: rooms.vault.locked() }),
    ),
    rooms.canaries.onChange((frozen) => emit('frozenTools', { frozen })),
    rooms.toolPauses.onChange((paused) => emit('pausedTools', { paused })),
    rooms.settings.onChange(() => emit('settings', rooms.settings.view())),
    rooms.policy.onChange((status) => {
      rooms.log.append({
        kind: 'policy',
        subject: 'Read the policy files again',
        details: { personal: status.personal.rules, managed: status.managed.rules },
      })
      rooms.settings.refresh()
      emit('policy', status)
      tellStatus()
    }),
  ]
  return () => {
    for (const end of ends) end()
  }
}
