/** What is ruled: places of this computer, policy files, settings that they may lock, and grants. */
import { join } from 'node:path'
import { compilePolicy } from './gate/decide/compile-policy.ts'
import { findRuleFaults } from './gate/decide/find-rule-faults.ts'
import { openGrantBook } from './grants/grant-book.ts'
import type { RecordRooms } from './make-record-rooms.ts'
import type { BrokerOptions } from './make-rooms.ts'
import { lookUpPlaces } from './policy/look-up-places.ts'
import { managedPlace } from './policy/managed-place.ts'
import { openPolicyBook } from './policy/open-policy-book.ts'
import { createSettings } from './settings/keep-settings.ts'

export type RuleRooms = ReturnType<typeof makeRuleRooms>

interface RuleParts extends Pick<RecordRooms, 'store' | 'onFault'> {
  options: BrokerOptions
  clock(): number
  newId(kind: string): string
  searchPath: string
}

export function makeRuleRooms({ options, store, onFault, clock, newId, searchPath }: RuleParts) {
  const { paths } = options
  const places = lookUpPlaces({
    platform: platformOf(process.platform),
    home: options.home,
    own: [paths.config, paths.data, paths.runtime],
    searchPath,
  })
  const policy = openPolicyBook({
    personalFile: join(paths.config, 'policy.jsonc'),
    lastGoodFile: join(paths.data, 'policy.last-good.jsonc'),
    managedFile: options.managed?.file ?? managedPlace(process.platform),
    ...(options.managed ? { managedOwner: options.managed.owner } : {}),
    check: findRuleFaults,
    compile: (sources) => compilePolicy(sources, places),
    watch: options.lasting,
  })
  const settings = createSettings({ store, policies: policy.settings })
  const grants = openGrantBook({ store, clock, newId, home: options.home, onFault })
  return { places, policy, settings, grants }
}

function platformOf(platform: NodeJS.Platform): 'linux' | 'darwin' | 'win32' {
  return platform === 'darwin' || platform === 'win32' ? platform : 'linux'
}
