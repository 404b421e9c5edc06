/** The registered methods as OCSF 1.9.0 calls them; the place in this list, from 1 on, is HTTP Activity's number. */
export const METHOD_CAPTIONS: Readonly<Record<string, string>> = {
  ...{ CONNECT: 'Connect', DELETE: 'Delete', GET: 'Get', HEAD: 'Head', OPTIONS: 'Options', POST: 'Post' },
  ...{ PUT: 'Put', TRACE: 'Trace', PATCH: 'Patch', ACL: 'ACL', 'BASELINE-CONTROL': 'Baseline Control' },
  ...{ BIND: 'Bind', CHECKIN: 'Check In', CHECKOUT: 'Check Out', COPY: 'Copy', LABEL: 'Label', LINK: 'Link' },
  ...{ LOCK: 'Lock', MERGE: 'Merge', MKACTIVITY: 'Make Activity', MKCALENDAR: 'Make Calendar' },
  ...{ MKCOL: 'Make Collection', MKREDIRECTREF: 'Make Redirect Reference', MKWORKSPACE: 'Make Workspace' },
  ...{ MOVE: 'Move', ORDERPATCH: 'Order Patch', PRI: 'PRI', PROPFIND: 'Property Find' },
  ...{ PROPPATCH: 'Property Patch', QUERY: 'Query', REBIND: 'Rebind', REPORT: 'Report', SEARCH: 'Search' },
  ...{ UNBIND: 'Unbind', UNCHECKOUT: 'Un-Check Out', UNLINK: 'Unlink', UNLOCK: 'Unlock', UPDATE: 'Update' },
  ...{ UPDATEREDIRECTREF: 'Update Redirect Reference', 'VERSION-CONTROL': 'Version Control' },
}
