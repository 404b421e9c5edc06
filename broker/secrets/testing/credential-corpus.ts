/**
 * Made-up credentials of the usual providers, in the places where they turn up, and innocent text that looks like
 * them. Every value is random from a fixed seed: none ever worked anywhere.
 */
const ALPHABETS = {
  hex: '0123456789abcdef',
  upper: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789',
  base32: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567',
  alnum: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
  letters: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
  word: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_',
  url: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-',
  base64: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
  digits: '0123456789',
}
export type Random = (alphabet: keyof typeof ALPHABETS, length: number) => string

export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0
    let mixed = Math.imul(state ^ (state >>> 12), 0x297a2d39) >>> 0
    mixed ^= mixed >>> 15
    return mixed >>> 0
  }
  return (alphabet, length) => {
    const chars = ALPHABETS[alphabet]
    return Array.from({ length }, () => chars[next() % chars.length]).join('')
  }
}

const b64 = (text: string) => Buffer.from(text).toString('base64')
const b64url = (text: string) => Buffer.from(text).toString('base64url')
const lines = (text: string, width: number) => (text.match(new RegExp(`.{1,${width}}`, 'g')) ?? []).join('\n')
const jwt = (r: Random, more: object) =>
  `${b64url('{"alg":"RS256","typ":"JWT"}')}.${b64url(JSON.stringify({ sub: r('digits', 10), iat: 1_516_239_022, ...more }))}.${r('url', 86)}`
const uuid = (r: Random) => [8, 4, 4, 4, 12].map((length) => r('hex', length)).join('-')
const pem = (r: Random, label: string, bytes: number) =>
  `-----BEGIN ${label}-----\n${lines(r('base64', bytes), 64)}\n-----END ${label}-----`

/** Kind → a fresh one. */
export const CREDENTIALS: Record<string, (r: Random) => string> = {
  'AWS access key id': (r) => `AKIA${r('base32', 16)}`,
  'AWS temporary key id': (r) => `ASIA${r('base32', 16)}`,
  'GitHub personal token': (r) => `ghp_${r('alnum', 36)}`,
  'GitHub OAuth token': (r) => `gho_${r('alnum', 36)}`,
  'GitHub user token': (r) => `ghu_${r('alnum', 36)}`,
  'GitHub server token': (r) => `ghs_${r('alnum', 36)}`,
  'GitHub refresh token': (r) => `ghr_${r('alnum', 76)}`,
  'GitHub fine-grained token': (r) => `github_pat_${r('alnum', 22)}_${r('alnum', 59)}`,
  'GitLab personal token': (r) => `glpat-${r('url', 20)}`,
  'GitLab routable token': (r) => `glpat-${r('url', 27)}.${r('alnum', 2)}.${r('alnum', 9)}`,
  'GitLab deploy token': (r) => `gldt-${r('url', 20)}`,
  'GitLab runner token': (r) => `glrt-${r('url', 20)}`,
  'GitLab trigger token': (r) => `glptt-${r('hex', 40)}`,
  'Slack bot token': (r) => `xoxb-${r('digits', 12)}-${r('digits', 13)}-${r('alnum', 24)}`,
  'Slack user token': (r) => `xoxp-${r('digits', 12)}-${r('digits', 12)}-${r('digits', 13)}-${r('hex', 32)}`,
  'Slack app token': (r) => `xapp-1-A${r('upper', 10)}-${r('digits', 13)}-${r('hex', 64)}`,
  'Slack webhook': (r) =>
    `https://hooks.slack.com/services/T${r('upper', 8)}/B${r('upper', 10)}/${r('alnum', 24)}`,
  'Stripe secret key': (r) => `sk_live_${r('alnum', 24)}`,
  'Stripe long secret key': (r) => `sk_live_51${r('alnum', 97)}`,
  'Stripe restricted key': (r) => `rk_live_${r('alnum', 24)}`,
  'Stripe test key': (r) => `sk_test_${r('alnum', 24)}`,
  'Stripe webhook secret': (r) => `whsec_${r('alnum', 32)}`,
  'OpenAI old key': (r) => `sk-${r('alnum', 20)}T3BlbkFJ${r('alnum', 20)}`,
  'OpenAI plain key': (r) => `sk-${r('alnum', 48)}`,
  'OpenAI project key': (r) => `sk-proj-${r('url', 74)}T3BlbkFJ${r('url', 74)}`,
  'OpenAI service key': (r) => `sk-svcacct-${r('url', 58)}T3BlbkFJ${r('url', 58)}`,
  'Anthropic key': (r) => `sk-ant-api03-${r('url', 93)}AA`,
  'Anthropic admin key': (r) => `sk-ant-admin01-${r('url', 93)}AA`,
  'OpenRouter key': (r) => `sk-or-v1-${r('hex', 64)}`,
  'Google API key': (r) => `AIza${r('url', 35)}`,
  'Google client secret': (r) => `GOCSPX-${r('url', 28)}`,
  'Google access token': (r) => `ya29.${r('url', 160)}`,
  'npm token': (r) => `npm_${r('alnum', 36)}`,
  'PyPI token': (r) => `pypi-AgEIcHlwaS5vcmc${r('url', 140)}`,
  'SendGrid key': (r) => `SG.${r('url', 22)}.${r('url', 43)}`,
  'Twilio API key': (r) => `SK${r('hex', 32)}`,
  'Hugging Face token': (r) => `hf_${r('letters', 34)}`,
  'Discord bot token': (r) => `${b64url(`9${r('digits', 17)}`)}.${r('url', 6)}.${r('url', 27)}`,
  'Discord new bot token': (r) => `${b64url(`1${r('digits', 18)}`)}.G${r('url', 5)}.${r('url', 38)}`,
  'Discord webhook': (r) => `https://discord.com/api/webhooks/${r('digits', 18)}/${r('url', 68)}`,
  'Telegram bot token': (r) => `${r('digits', 9).replace(/^0/, '5')}:AA${r('url', 33)}`,
  'Telegram long bot token': (r) => `7${r('digits', 9)}:AAH${r('url', 32)}`,
  'Azure storage key': (r) =>
    `DefaultEndpointsProtocol=https;AccountName=store${r('digits', 4)};AccountKey=${r('base64', 86)}==;EndpointSuffix=core.windows.net`,
  'Azure service bus key': (r) =>
    `Endpoint=sb://x${r('digits', 4)}.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=${r('base64', 43)}=`,
  'Azure client secret': (r) => `${r('alnum', 3)}8Q~${r('url', 34)}`,
  'Azure shared access signature': (r) =>
    `https://store.blob.core.windows.net/c?sv=2022-11-02&ss=b&sp=rl&se=2030-01-01T00:00:00Z&sig=${encodeURIComponent(`${r('base64', 43)}=`)}`,
  'DigitalOcean token': (r) => `dop_v1_${r('hex', 64)}`,
  'Shopify token': (r) => `shpat_${r('hex', 32)}`,
  'Square token': (r) => `sq0atp-${r('url', 22)}`,
  'Mailgun key': (r) => `key-${r('hex', 32)}`,
  'Mailchimp key': (r) => `${r('hex', 32)}-us${1 + Number(r('digits', 1))}`,
  'Docker token': (r) => `dckr_pat_${r('url', 27)}`,
  'Databricks token': (r) => `dapi${r('hex', 32)}`,
  'Linear key': (r) => `lin_api_${r('alnum', 40)}`,
  'Notion token': (r) => `ntn_${r('digits', 11)}${r('alnum', 35)}`,
  'Figma token': (r) => `figd_${r('url', 40)}`,
  'Postman key': (r) => `PMAK-${r('hex', 24)}-${r('hex', 34)}`,
  'Sentry token': (r) =>
    `sntrys_${b64(JSON.stringify({ iat: 1.5, url: 'https://sentry.io', org: 'o' }))}_${r('base64', 43)}`,
  'Supabase token': (r) => `sbp_${r('hex', 40)}`,
  'Vault token': (r) => `hvs.${r('url', 95)}`,
  'Grafana token': (r) => `glsa_${r('alnum', 32)}_${r('hex', 8)}`,
  'New Relic key': (r) => `NRAK-${r('upper', 27)}`,
  'Atlassian token': (r) => `ATATT3xFfGF0${r('url', 180)}`,
  'Groq key': (r) => `gsk_${r('alnum', 52)}`,
  'Replicate token': (r) => `r8_${r('alnum', 37)}`,
  'Terraform token': (r) => `${r('alnum', 14)}.atlasv1.${r('url', 67)}`,
  'Airtable token': (r) => `pat${r('alnum', 14)}.${r('hex', 64)}`,
  'Tailscale key': (r) => `tskey-auth-${r('alnum', 12)}CNTRL-${r('alnum', 32)}`,
  'JSON Web Token': (r) => jwt(r, {}),
  'service role token': (r) => jwt(r, { role: 'service_role', iss: 'supabase', ref: r('hex', 20) }),
  'NVIDIA key': (r) => `nvapi-${r('url', 64)}`,
  'LangSmith key': (r) => `lsv2_pt_${r('hex', 32)}_${r('hex', 10)}`,
  'Langfuse key': (r) =>
    `sk-lf-${r('hex', 8)}-${r('hex', 4)}-4${r('hex', 3)}-a${r('hex', 3)}-${r('hex', 12)}`,
  'Pinecone key': (r) => `pcsk_${r('alnum', 6)}_${r('alnum', 62)}`,
  'Tavily key': (r) => `tvly-dev-${r('alnum', 32)}`,
  'Cerebras key': (r) => `csk-${r('alnum', 48).toLowerCase()}`,
  'ElevenLabs key': (r) => `sk_${r('hex', 48)}`,
  'DeepSeek key': (r) => `sk-${r('hex', 32)}`,
  'Google API key of the new kind': (r) => `AQ.Ab8RN6${r('url', 43)}${r('alnum', 1)}`,
  'Bedrock key': (r) => `ABSKQmVkcm9ja0FQSUtleS${r('alnum', 108)}=`,
  'short Bedrock key': (r) => `bedrock-api-key-${b64(`bedrock.amazonaws.com/?Action=${r('alnum', 300)}`)}`,
  'Brevo key': (r) => `xkeysib-${r('hex', 64)}-${r('alnum', 16)}`,
  'Brevo mail key': (r) => `xsmtpsib-${r('hex', 64)}-${r('alnum', 16)}`,
  'OpenShift token': (r) => `sha256~${r('url', 43)}`,
  'Packagist token': (r) => `packagist_out_${r('hex', 68)}`,
  'Trello token': (r) => `ATTA${r('hex', 64)}${r('upper', 8).replace(/[G-Z]/g, 'F')}`,
  'Prefect key': (r) => `pnu_${r('alnum', 36)}`,
  'Grafana key': (r) => b64(`{"k":"${r('alnum', 32)}","n":"bot","id":1234}`).replace(/=+$/, ''),
  'Yandex token': (r) => `y0_${r('url', 55)}`,
  'Polar token': (r) => `polar_oat_${r('alnum', 43)}`,
  'RunPod key': (r) => `rpa_${r('upper', 40)}${r('alnum', 6)}`,
  'Azure registry key': (r) => `${r('base64', 42)}+ACR${r('base64', 6)}`,
  'Azure search key': (r) => `${r('alnum', 42)}AzSe${r('alnum', 6)}`,
  'Azure database key': (r) => `${r('base64', 76)}+ACDb${r('base64', 5)}==`,
  'Azure function key': (r) => `${r('url', 44)}AzFu${r('url', 6)}==`,
  'Resend key': (r) => `re_${r('alnum', 8)}_${r('alnum', 24)}`,
  'Dynatrace token': (r) => `dt0c01.${r('upper', 24)}.${r('upper', 64)}`,
  'Mapbox token': (r) => `sk.${b64url(`{"u":"x","a":"c${r('alnum', 23)}"}`)}.${r('alnum', 22)}`,
  'Alibaba key id': (r) => `LTAI5t${r('alnum', 18)}`,
  'PostHog key': (r) => `phx_${r('alnum', 43)}`,
  'Contentful token': (r) => `CFPAT-${r('url', 42)}${r('alnum', 1)}`,
  'Sourcegraph token': (r) => `sgp_${r('hex', 16)}_${r('hex', 40)}`,
  'ClickUp token': (r) => `pk_${r('digits', 8)}_${r('upper', 32)}`,
  'Slack cookie': (r) => `xoxd-${r('alnum', 60)}%2B${r('alnum', 30)}`,
  'GitLab workspace token': (r) => `glwt-aB3${r('url', 17)}`,
  'crates.io token': (r) => `cio${r('alnum', 32)}`,
  'NuGet key': (r) => `oy2${r('alnum', 43).toLowerCase()}`,
  'Clojars token': (r) => `CLOJARS_${r('hex', 60)}`,
  'AWS session token': (r) => `IQoJb3JpZ2luX2VjE${r('base64', 300)}=`,
  'Google HMAC key id': (r) => `GOOG1E${r('upper', 55)}`,
  'Stripe key of an organization': (r) => `sk_org_live_${r('alnum', 90)}`,
  'Together key': (r) => `tgp_v1_${r('url', 43)}`,
  'Weights & Biases key': (r) => `wandb_v1_${r('url', 77)}`,
  'Jina key': (r) => `jina_${r('hex', 32)}${r('alnum', 28)}`,
  'Firecrawl key': (r) => `fc-${r('hex', 32)}`,
  'Apify token': (r) => `apify_api_${r('alnum', 36)}`,
  'DigitalOcean key id': (r) => `DO00${r('upper', 16)}`,
  'Netlify OAuth token': (r) => `nfc_${r('alnum', 36)}`,
  'Tencent Cloud key id': (r) => `AKID${r('alnum', 32)}`,
  'HubSpot token': (r) =>
    `pat-na1-${r('hex', 8)}-${r('hex', 4)}-${r('hex', 4)}-${r('hex', 4)}-${r('hex', 12)}`,
  'Salesforce token': (r) => `00D${r('alnum', 12)}!AQ${r('alnum', 94)}`,
  'PayPal token': (r) => `access_token$production$${r('alnum', 16).toLowerCase()}$${r('hex', 32)}`,
  'Plaid token': (r) =>
    `access-production-${r('hex', 8)}-${r('hex', 4)}-${r('hex', 4)}-${r('hex', 4)}-${r('hex', 12)}`,
  'Typeform token': (r) => `tfp_${r('url', 58)}${r('alnum', 1)}`,
  'Honeycomb key': (r) => `hcaik_${r('alnum', 58).toLowerCase()}`,
  'SonarQube token': (r) => `sqp_${r('hex', 40)}`,
  'CircleCI token': (r) => `CCIPAT_${r('alnum', 22)}_${r('hex', 40)}`,
  'Buildkite token': (r) => `bkua_${r('hex', 40)}`,
  'Artifactory key': (r) => `AKCp${r('alnum', 69)}`,
  'Neon key': (r) => `napi_${r('alnum', 64).toLowerCase()}`,
  'Deno Deploy token': (r) => `ddp_${r('alnum', 36)}`,
  'Shippo token': (r) => `shippo_live_${r('hex', 40)}`,
  'Teams webhook': (r) =>
    `https://acme.webhook.office.com/webhookb2/${r('hex', 8)}-${r('hex', 4)}-4${r('hex', 3)}-a${r('hex', 3)}-${r('hex', 12)}@${r('hex', 8)}-${r('hex', 4)}-4${r('hex', 3)}-a${r('hex', 3)}-${r('hex', 12)}/IncomingWebhook/${r('hex', 32)}/${r('hex', 8)}-${r('hex', 4)}-4${r('hex', 3)}-a${r('hex', 3)}-${r('hex', 12)}`,
  'Azure storage key alone': (r) => `${r('base64', 76)}+ASt${r('base64', 6)}==`,
  'Azure bus key alone': (r) => `${r('base64', 33)}+ASb${r('base64', 5)}=`,
  'Azure AI key': (r) => `${r('alnum', 52)}JQQJ99BCAC${r('alnum', 10)}AAABACOG${r('alnum', 4)}`,
  'Azure DevOps token': (r) => `${r('alnum', 76)}AZDO${r('alnum', 4)}`,
  'encrypted JSON Web Token': (r) =>
    `${b64url('{"alg":"RSA-OAEP","enc":"A256GCM"}')}.${r('url', 342)}.${r('url', 16)}.${r('url', 80)}.${r('url', 22)}`,
  'private key in base64': (r) => b64(pem(r, 'RSA PRIVATE KEY', 1600)),
  'OpenSSH key in base64': (r) => b64(pem(r, 'OPENSSH PRIVATE KEY', 380)),
  'RSA private key': (r) => pem(r, 'RSA PRIVATE KEY', 1600),
  'PKCS 8 private key': (r) => pem(r, 'PRIVATE KEY', 1620),
  'EC private key': (r) => pem(r, 'EC PRIVATE KEY', 160),
  'OpenSSH private key': (r) => pem(r, 'OPENSSH PRIVATE KEY', 380),
  'encrypted private key': (r) => pem(r, 'ENCRYPTED PRIVATE KEY', 1600),
  'PGP private key': (r) =>
    `-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n${lines(r('base64', 900), 64)}\n=${r('base64', 4)}\n-----END PGP PRIVATE KEY BLOCK-----`,
  'Postgres address': (r) => `postgres://app:${r('alnum', 16)}@db-${r('hex', 4)}.internal:5432/app`,
  'PostgreSQL address': (r) => `postgresql://svc_user:${r('url', 12)}@10.2.3.4/prod?sslmode=require`,
  'MySQL address': (r) => `mysql://root:${r('alnum', 14)}@mysql.internal:3306/shop`,
  'MongoDB address': (r) => `mongodb+srv://admin:${r('alnum', 18)}@cluster0.${r('hex', 5)}.mongodb.net/test`,
  'Redis address': (r) => `redis://:${r('alnum', 20)}@cache.internal:6379/0`,
  'AMQP address': (r) => `amqps://svc:${r('alnum', 20)}@mq.internal/vhost`,
  'address with a password': (r) => `https://deploy:${r('alnum', 20)}@git.internal.net/team/repo.git`,
}

/** Written so that only the words around it say what it is. */
export const NAMED_CREDENTIALS: Record<
  string,
  (r: Random) => [before: string, value: string, after: string]
> = {
  'AWS secret in an ini file': (r) => ['aws_secret_access_key = ', r('base64', 40), '\n'],
  'AWS secret in the environment': (r) => ['export AWS_SECRET_ACCESS_KEY=', r('base64', 40), '\n'],
  'AWS secret in JSON': (r) => ['{"SecretAccessKey": "', r('base64', 40), '"}'],
  'AWS secret in code': (r) => ["new S3({ secretAccessKey: '", r('base64', 40), "' })"],
  'Twilio token in the environment': (r) => ['TWILIO_AUTH_TOKEN=', r('hex', 32), '\n'],
  'Twilio pair': (r) => [`client = Client("AC${r('hex', 32)}", "`, r('hex', 32), '")'],
  'bearer header': (r) => ['Authorization: Bearer ', r('url', 40), '\n'],
  'basic header': (r) => ['Authorization: Basic ', b64(`user:${r('alnum', 16)}`), '\n'],
  'header in curl': (r) => ['curl -H "Authorization: Bearer ', r('alnum', 32), '" https://api.internal/'],
  npmrc: (r) => ['//registry.internal/:_authToken=', r('alnum', 40), '\n'],
  'API key in yaml': (r) => ['api_key: ', r('alnum', 32), '\n'],
  'API key in JSON': (r) => ['{"apiKey":"', r('hex', 40), '"}'],
  'client secret': (r) => ['CLIENT_SECRET=', r('url', 40), '\n'],
  'access token in code': (r) => ['const accessToken = "', r('alnum', 44), '";'],
  'password in the environment': (r) => ['DB_PASSWORD=', r('alnum', 20), '\n'],
  'ADO connection string': (r) => [
    'Server=tcp:db.internal,1433;Initial Catalog=app;User ID=svc;Password=',
    r('alnum', 18),
    ';Encrypt=True;',
  ],
  'a line of netrc': (r) => ['machine api.internal login bob password ', r('alnum', 16), '\n'],
  'lines of netrc': (r) => ['machine api.internal\n  login bob\n  password ', r('alnum', 16), '\n'],
  'registry settings': (r) => ['{"auths":{"r.io":{"auth":"', b64(`bob:${r('alnum', 18)}`), '"}}}'],
  'password of curl': (r) => ['curl -sS -u admin:', `${r('alnum', 16)}7`, ' https://api.internal/x'],
  'password of curl, at once': (r) => ['curl -u admin:', `${r('alnum', 15)}X`, ' https://api.internal/x'],
  'password of a command': (r) => ['$ deploy --password ', `${r('alnum', 17)}7a`, ' --verbose\n'],
  'token of a command, quoted': (r) => ["deploy --auth-token='", `${r('alnum', 30)}7a`, "'\n"],
  'password of sshpass': (r) => ["sshpass -p '", `${r('alnum', 12)}7a`, "' ssh box\n"],
  'password in XML': (r) => ['<user>u</user><password>', `${r('alnum', 17)}7a`, '</password>'],
  'password in JSON in JSON': (r) => ['{"out": "{\\"password\\": \\"', `${r('alnum', 17)}7a`, '\\"}"}'],
  'AWS secret in JSON in JSON': (r) => ['"{\\"SecretAccessKey\\": \\"', r('base64', 40), '\\"}"'],
  'API key in JSON in a page': (r) => ['{&quot;apiKey&quot;:&quot;', r('hex', 40), '&quot;}'],
  'bearer header in JSON in JSON': (r) => ['{\\"Authorization\\": \\"Bearer ', r('url', 40), '\\"}'],
  'header of Okta': (r) => ['Authorization: SSWS ', `00${r('url', 40)}`, '\n'],
  'lines of netrc in JSON': (r) => [
    '"machine api.internal\\n  login bob\\n  password ',
    r('alnum', 16),
    '\\n"',
  ],
  'application key': (r) => ['DD_APPLICATION_KEY: ', r('hex', 40), '\n'],
  'base of secret keys': (r) => ['secret_key_base: ', r('hex', 128), '\n'],
  'password, shortened': (r) => ['DB_PASS=', `${r('alnum', 17)}7a`, '\n'],
  'password as people choose it': (r) => ['DB_PASSWORD=', `${r('letters', 5)}!aQ${r('digits', 2)}`, '\n'],
  'password as people choose it, in JSON': (r) => [
    '{"password":"',
    `kQ${r('digits', 3)}#${r('letters', 4)}`,
    '"}',
  ],
  'password as people choose it, in yaml': (r) => [
    '  password: "',
    `${r('alnum', 6)}$wX${r('digits', 1)}`,
    '"\n',
  ],
  'password of a database': (r) => ['$ mysql -u root -p', `${r('alnum', 9)}7a`, ' app < dump.sql\n'],
  'line of pgpass': (r) => ['db.internal:5432:app:bob:', r('alnum', 14), '\n'],
  'token that is a UUID': (r) => ['SNYK_TOKEN=', uuid(r), '\n'],
  'Kubernetes secret': (r) => ['kind: Secret\ntype: Opaque\ndata:\n  DB: ', b64(r('alnum', 16)), '\n'],
  'Kubernetes secret, as it is shown': (r) => ['data:\n  DB: ', b64(r('alnum', 16)), '\nkind: Secret\n'],
  'number of a JSON Web Key': (r) => [
    `{"kty":"EC","crv":"P-256","x":"${r('url', 43)}","d":"`,
    r('url', 43),
    `","y":"${r('url', 43)}"}`,
  ],
  'number before the kind of a JSON Web Key': (r) => ['[{"d": "', r('url', 43), '", "kty": "OKP"}]'],
  'Heroku key': (r) => ['HEROKU_API_KEY=', uuid(r), '\n'],
}

/** Where a value turns up. */
export const AROUND: Record<string, (value: string) => string> = {
  alone: (value) => value,
  'in a sentence': (value) => `Here is it: ${value} (keep it to yourself).`,
  'in the environment': (value) => `PORT=8080\nAPI_VALUE=${value}\nDEBUG=1\n`,
  'in JSON': (value) => JSON.stringify({ id: 7, value, ok: true }),
  'in yaml': (value) => `app:\n  name: x\n  value: "${value}"\n`,
  'in code': (value) => `const value = '${value}'; // TODO\nstart(value)`,
  'in a log line': (value) => `2026-05-03T10:00:00Z WARN [http] retry with ${value}, attempt=2`,
  'in a table': (value) => `| name | value |\n| a | ${value} |\n`,
}

/** Text in which nothing is a credential. */
export function innocentTexts(r: Random): Record<string, string> {
  const many = (count: number, one: (i: number) => string) =>
    Array.from({ length: count }, (_, i) => one(i)).join('\n')
  return {
    uuids: many(200, () => `id=${uuid(r)} request "${uuid(r)}"`),
    'git log': many(200, () => `commit ${r('hex', 40)}\nparent ${r('hex', 7)} tree ${r('hex', 64)}`),
    'lock file': many(
      200,
      (i) =>
        `"node_modules/p${i}": {"version": "1.${i}.0", "resolved": "https://registry.internal/p${i}/-/p${i}-1.${i}.0.tgz", "integrity": "sha512-${r('base64', 86)}=="},`,
    ),
    'yarn and pnpm': many(
      100,
      (i) =>
        `p${i}@^1.0.0:\n  resolution: {integrity: sha512-${r('base64', 86)}==}\n  checksum: 10c0/${r('hex', 128)}`,
    ),
    'go sums': many(
      100,
      (i) =>
        `github.com/x/p${i} v1.${i}.0 h1:${r('base64', 43)}=\ngithub.com/x/p${i} v1.${i}.0/go.mod h1:${r('base64', 43)}=`,
    ),
    'cargo lock': many(100, (i) => `name = "p${i}"\nversion = "0.${i}.1"\nchecksum = "${r('hex', 64)}"`),
    'base64 pictures': many(
      6,
      () => `<img src="data:image/png;base64,iVBORw0KGgo${lines(r('base64', 4000), 76)}=">`,
    ),
    'words of keys in code': many(
      20,
      (i) =>
        `exports.ECPrivateKey = ECPrivateKey;\n"--password", "--token getAccessToken${i}"\n<password>{{userPassword}}</password>\npassword: Step2Conf, pwd=/Home1/ab/x, password = user.Pass2, DB_PASS=$DB_PASS2, password: "Password1"\nmysql -u root -p app, mysql --user=me -p$PASS1 db, db:5432:app:bob\nRUN_ID=${uuid(r)}\nkind: ConfigMap\ndata:\n  picture: ${b64(r('alnum', 30))}\n`,
    ),
    certificate: pem(r, 'CERTIFICATE', 1400),
    'public keys': many(
      10,
      () => `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${r('base64', 43)} me@host\n${pem(r, 'PUBLIC KEY', 380)}`,
    ),
    'minified code': many(
      150,
      (i) =>
        `!function(e,t){var n${i}=e.exports=function(r,o){return"token"===r.type?o.token=t.key:o.password=r.value,this.secret=function(a){return a.apiKey}};n${i}.tokenKey="x-token";n${i}.prototype.accessToken=function(){return this._token}}(a${i},b);`,
    ),
    'class names': many(
      100,
      (i) =>
        `<div class="sk-toggleable-content-for-the-long-panel-${i} css-${r('alnum', 6)} key-value-list-item-${i}" id="npm_package_config_${i}">`,
    ),
    prose: many(
      120,
      (i) =>
        `The token: a small object. Password: something you forget. In part ${i} the secret is patience, and the key to it is care; see https://example.com:8080/a@b or mail key-account-manager@example.org.`,
    ),
    code: many(
      80,
      (i) =>
        `const apiKey = process.env.API_KEY_${i}\nconst password = getPassword(user${i})\nlet token: string = await session.refreshToken(options.clientSecret)\nif (secretKey === undefined) throw new Error("no secretKey")\npassword=\${DB_PASSWORD_${i}}\napi_key: "YOUR_API_KEY_HERE"\nsecret: "<your-client-secret>"\n`,
    ),
    'example addresses': many(
      50,
      () =>
        `postgres://user:password@localhost/db\nhttps://USER:PASS@host.example/\n\${URL}://\${USER}:\${PASSWORD}@host\nmysql://root:{{password}}@db\nssh://git@github.com:22/x/y.git\nredis://localhost:6379`,
    ),
    'versions and times': many(
      100,
      (i) =>
        `key: 2026-05-03T10:00:00.${i}Z token: 1.2.${i}-beta.3 secret: sha256:${r('hex', 64)} 1700000${i}:done ${i}:${i}`,
    ),
    'Kubernetes names': many(
      50,
      () =>
        `image: registry.internal/app@sha256:${r('hex', 64)}\nsecretName: app-tls-${r('hex', 8)}\nsecretKeyRef: {name: db-credentials, key: password}\ntokenExpirationSeconds: 3607`,
    ),
    'source map': `{"version":3,"mappings":"${r('letters', 3000)};AAAA,${r('letters', 500)}"}`,
    'hex dump': many(
      100,
      (i) =>
        `${(i * 16).toString(16).padStart(8, '0')}  ${r('hex', 32).replace(/../g, '$& ')} |................|`,
    ),
    'stack trace': many(
      60,
      (i) =>
        `    at Object.<anonymous> (/srv/app/node_modules/token-bucket/lib/secret-key.js:${i}:17)\n    at async refreshToken (file:///srv/app/dist/auth-${r('hex', 8)}.mjs:${i}:2)`,
    ),
  }
}
