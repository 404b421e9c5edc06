/** The managed policy file of this system. */
import { MANAGED_ON_DARWIN } from './managed-place-darwin.ts'
import { MANAGED_ON_LINUX } from './managed-place-linux.ts'
import { managedOnWindows } from './managed-place-win32.ts'

export function managedPlace(platform: string): string {
  if (platform === 'darwin') return MANAGED_ON_DARWIN
  if (platform === 'win32') return managedOnWindows()
  return MANAGED_ON_LINUX
}
