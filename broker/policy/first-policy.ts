/** What a person who opens the policy editor for the first time starts from. */
export const FIRST_POLICY = `{
  // Rules of your own. Deny beats ask beats allow; their order here has no meaning.
  // What the words mean: docs/POLICY.md
  "version": 1,
  "rules": [
    // { "id": "no-taxes", "effect": "deny", "capabilities": ["*"], "paths": ["~/Documents/Taxes"], "reason": "private" }
  ]
}
`
