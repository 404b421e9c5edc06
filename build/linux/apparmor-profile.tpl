abi <abi/4.0>,
include <tunables/global>

# The window: Chromium's own sandbox round the pages.
profile "${executable}" "/opt/${sanitizedProductName}/${executable}" flags=(unconfined) {
  userns,
  include if exists <local/${executable}>
}

# The broker: bubblewrap round tools and commands, which it starts.
profile "${executable}-node" "/opt/${sanitizedProductName}/resources/runtime/node" flags=(unconfined) {
  userns,
  include if exists <local/${executable}>
}
