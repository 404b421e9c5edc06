/** Where the usual providers rotate a key, and an address that tells a good one from a bad one. Pure. */
import type { SecretBinding, SecretInfo } from './secret.ts'

interface Provider {
  /** Hosts that end so. */
  host: string
  rotateUrl: string
  /** Of the address that tells a good key from a bad one; '' where there is none. */
  path: string
  header: string
}
const BEARER = 'Authorization: Bearer {value}'

const PROVIDERS: readonly Provider[] = [
  provider('api.github.com', 'https://github.com/settings/tokens', '/user'),
  provider('api.openai.com', 'https://platform.openai.com/api-keys', '/v1/models'),
  provider(
    'api.anthropic.com',
    'https://console.anthropic.com/settings/keys',
    '/v1/models',
    'x-api-key: {value}',
  ),
  provider(
    'gitlab.com',
    'https://gitlab.com/-/user_settings/personal_access_tokens',
    '/api/v4/user',
    'PRIVATE-TOKEN: {value}',
  ),
  provider('huggingface.co', 'https://huggingface.co/settings/tokens', '/api/whoami-v2'),
  provider('api.stripe.com', 'https://dashboard.stripe.com/apikeys', '/v1/balance'),
  provider('api.sendgrid.com', 'https://app.sendgrid.com/settings/api_keys', '/v3/scopes'),
  provider('slack.com', 'https://api.slack.com/apps', ''),
  provider('api.digitalocean.com', 'https://cloud.digitalocean.com/account/api/tokens', '/v2/account'),
  provider(
    'api.cloudflare.com',
    'https://dash.cloudflare.com/profile/api-tokens',
    '/client/v4/user/tokens/verify',
  ),
  provider('amazonaws.com', 'https://console.aws.amazon.com/iam/home#/security_credentials', ''),
]

function provider(host: string, rotateUrl: string, path: string, header = BEARER): Provider {
  return { host, rotateUrl, path, header }
}

/**
 * What is known of where this secret goes. The address to check it at is one that it is bound to: its provider's own
 * where that is among them, else the first of its own. A key that a person has bound to a part of a host is shown to
 * no other part of it, not even to see whether it still works.
 */
export function rotationOf({ bindings, rotateUrl }: Pick<SecretInfo, 'bindings' | 'rotateUrl'>) {
  const known = PROVIDERS.find(({ host }) =>
    bindings.some((binding) => binding.host === host || binding.host.endsWith(`.${host}`)),
  )
  const first = bindings.find(({ place }) => place === 'header')
  const port = first?.port === undefined ? '' : `:${first.port}`
  return {
    rotateUrl: rotateUrl || (known?.rotateUrl ?? ''),
    checkUrl:
      known && bindings.some((binding) => reaches(binding, known))
        ? `https://${known.host}${known.path}`
        : first
          ? `${first.scheme}://${first.host}${port}${first.pathPrefix}`
          : '',
    header: known?.header ?? BEARER,
  }
}

/** For the plain paths of the table above; what a secret may really be sent to, its vault decides. */
function reaches(binding: SecretBinding, { host, path }: Provider): boolean {
  if (
    path === '' ||
    binding.place !== 'header' ||
    binding.scheme !== 'https' ||
    (binding.port ?? 443) !== 443
  )
    return false
  const prefix = binding.pathPrefix.replace(/\/$/, '')
  return binding.host === host && (path === prefix || path.startsWith(`${prefix}/`))
}
