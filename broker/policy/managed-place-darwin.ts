/**
 * Where an organization's policy lies on macOS: the preferences that device management puts there. Only root can
 * write in this folder, and macOS empties it when the device is no longer managed.
 */
export const MANAGED_ON_DARWIN = '/Library/Managed Preferences/org.sallyport.Sallyport.plist'
