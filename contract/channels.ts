/**
 * Names of the channels between pages and the desktop shell, apart from their schemas: preload scripts need the names
 * and nothing else, and every kilobyte in them delays the first paint.
 */
export const CHANNELS = {
  /** invoke: {method, params} → {ok, value} | {ok: false, fault}. From the main window's page only. */
  pageCall: 'sallyport:page-call',
  /** The same from the consent window only. */
  consentCall: 'sallyport:consent-call',
  /** send to pages: {event, payload}. */
  event: 'sallyport:event',
  /** send to pages: the broker's life as the shell sees it, `BrokerState`. */
  broker: 'sallyport:broker',
  /** invoke: things only a desktop can do for a page: choose a folder, open a help page, window facts. */
  desktop: 'sallyport:desktop',
} as const
