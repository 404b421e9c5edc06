/** Where secrets are kept, what watches for them, and what is known of the keychain. */
import { join } from 'node:path'
import type { KeychainStatus } from '../contract/secret.ts'
import type { RecordRooms } from './make-record-rooms.ts'
import type { BrokerOptions } from './make-rooms.ts'
import { createCanaries } from './secrets/canaries.ts'
import { createKeychain } from './secrets/keychain.ts'
import { keychainService } from './secrets/keychain-service.ts'
import type { WatchedValue } from './secrets/leak-scanner.ts'
import { createVault } from './secrets/vault.ts'
import { createWhenReady } from './secrets/when-ready.ts'

interface SecretParts extends Pick<RecordRooms, 'store' | 'log' | 'leaks' | 'onFault'> {
  options: BrokerOptions
  clock(): number
  newId(kind: string): string
  /** An agent that carried a canary. */
  freeze(agentId: string, why: string): void
}

export function makeSecretRooms({ options, store, log, leaks, onFault, clock, newId, freeze }: SecretParts) {
  const { paths, dist } = options
  const keychain = createKeychain({
    node: options.node,
    childFile: join(dist, 'broker', 'keychain.child.js'),
    nativeFile: join(dist, 'broker', 'native', 'keytar.node'),
    service: keychainService(paths.data, options.env),
    env: options.env,
    platform: process.platform,
  })
  let secretValues: WatchedValue[] = []
  const watchValues = () => leaks.watch([...secretValues, ...canaries.values()])
  const canaries = createCanaries({
    store,
    keychain,
    log,
    clock,
    alert: (text) => options.emit('alert', { id: newId('alert'), at: clock(), rule: 'canary', text }),
    carried: freeze,
    onValues: watchValues,
  })
  const vault = createVault({
    store,
    keychain,
    clock,
    watch(values) {
      secretValues = values.map(({ name, value }) => ({ what: `secret:${name}`, value }))
      watchValues()
    },
  })
  let keychainSeen: KeychainStatus = { state: 'locked', name: '', text: 'The keychain has not answered yet.' }
  const vaultOpened = options.lasting || options.parent === 'cli' ? vault.open() : vault.status()

  /** What is known of the keychain from now on, and what waits for it. `tell` says that it has changed. */
  function follow(tell: () => void) {
    const tellKeychain = (seen: KeychainStatus) => {
      keychainSeen = seen
      tell()
      options.emit('secrets', { secrets: vault.list(), keychain: seen, locked: vault.locked() })
    }
    const whenReady = createWhenReady({ opened: vaultOpened, onFault })
    void vaultOpened.then(tellKeychain, onFault)
    keychain.onRecovered(() => {
      void vault.open().then((seen) => {
        tellKeychain(seen)
        whenReady.ready()
      }, onFault)
    })

    return {
      own: keychain,
      seen: () => keychainSeen,
      /** Runs once the keychain can be used: now, or after it was unlocked. */
      whenReady: whenReady.run,
      async unlock() {
        const seen = await keychain.unlock()
        tellKeychain(seen)
        return seen
      },
      async look() {
        keychainSeen = await vault.status()
        return keychainSeen
      },
    }
  }

  return { keychain, canaries, vault, vaultOpened, keychainSeen: () => keychainSeen, follow }
}
