/** How bad a finding is: something must be fixed, something should be looked at, or all is well. */
export type Severity = 'fail' | 'warn' | 'ok'

interface Row {
  severity: Severity
  /** When it is reported, for the docs. */
  when: string
  /** What to do, unless whoever reports it knows better; nothing where all is well. */
  fix: string
}

const fail = (when: string, fix: string): Row => ({ severity: 'fail', when, fix })
const warn = (when: string, fix: string): Row => ({ severity: 'warn', when, fix })
const ok = (when: string): Row => ({ severity: 'ok', when, fix: '' })

/** Everything the doctor can find, by where it looks. `docs/doctor.md` is generated from it. */
export const FINDINGS = {
  Settings: {
    'settings-ok': ok('every setting can be read, and none draws a remark'),
    'key-missing': fail(
      '`OPENAI_API_KEY` is not set',
      "Set OPENAI_API_KEY to a key of a project of its own, from OpenAI's dashboard, or OPENAI_API_KEY_FILE to a file that holds it.",
    ),
    'secret-file': fail(
      'the file that a `…_FILE` setting names is missing, empty, not readable or no UTF-8 text',
      'Correct the path, mount the file where the service runs, let its user read it, and write the secret as text.',
    ),
    'origin-wildcard': fail(
      'an origin holds `*`',
      'List each origin. For Firefox extensions, whose origins are random, write moz-extension://*.',
    ),
    'origin-malformed': fail(
      'an origin has a path, a slash at its end, capitals or a default port, so that no browser would ever match it',
      'Write it as browsers send it: scheme, host and nothing after that.',
    ),
    'openai-plain-http': fail(
      '`OPENAI_BASE_URL` is plain http to a public host',
      'Write https:// there. Plain http would send the API key in the clear.',
    ),
    'admin-token-short': fail('`ADMIN_TOKEN` has fewer than 12 characters', 'Make a long one: openssl rand -base64 24'),
    'setting-wrong': fail('any other setting that stops the start', 'Correct it; .env.example explains each setting.'),
    'setting-misspelled': warn(
      'a variable is set that is no setting, and one letter away from one',
      'Correct its name; .env.example has all of them.',
    ),
    'model-retired': warn(
      '`REALTIME_MODEL` has been shut down, and its successor is served',
      'Set REALTIME_MODEL to the successor.',
    ),
    'model-retiring': warn(
      '`REALTIME_MODEL` has an announced end',
      'Set REALTIME_MODEL to the successor before that day, and try it.',
    ),
    'model-not-known': warn(
      '`REALTIME_MODEL` is none that this version knows, and `ALLOWED_MODELS` does not list it',
      'Correct it; or list it in ALLOWED_MODELS, if it is newer than this version.',
    ),
    'no-origins': warn(
      '`ALLOWED_ORIGINS` is empty: every page and extension is refused',
      'List the origins of your pages and extensions.',
    ),
    'extension-id': warn(
      'a `chrome-extension://` origin whose id Chrome cannot have made: an id is 32 letters from a to p',
      'Copy the id from chrome://extensions (developer mode shows it).',
    ),
    'cors-lacks-origin': warn(
      '`CORS_ORIGINS` lacks an origin that `ALLOWED_ORIGINS` has: a page there gets tokens that it cannot read',
      'Leave CORS_ORIGINS unset, or add the origin to it.',
    ),
    'cors-not-allowed': warn(
      '`CORS_ORIGINS` has an origin that `ALLOWED_ORIGINS` lacks: a page there gets no token all the same',
      'Add the origin to ALLOWED_ORIGINS too, or take it out of CORS_ORIGINS.',
    ),
    'metrics-open': warn(
      '`/metrics` is open to everyone',
      'Set ADMIN_TOKEN (12 characters or more), or METRICS_ENABLED=false.',
    ),
    'burst-above-minute': warn(
      '`RATE_LIMIT_BURST` is above `RATE_LIMIT_PER_MINUTE` and so never takes effect',
      'Lower RATE_LIMIT_BURST, or raise RATE_LIMIT_PER_MINUTE.',
    ),
    'ttl-short': warn(
      '`TOKEN_TTL_SECONDS` is under a minute: who is asked for the microphone may be too late',
      'Set TOKEN_TTL_SECONDS to 60 or more; 600 is the default.',
    ),
    'price-missing': fail(
      'a spend limit stands over a model whose price nobody knows',
      'Add its prices to MODEL_PRICES, or leave the model out of ALLOWED_MODELS.',
    ),
    'spend-limit-idle': warn(
      '`MAX_CALL_USD`, `DAILY_USD_BUDGET` or `CLIENT_DAILY_USD` is set, and calls are not unified: nothing holds them to it',
      'Set CALL_MODE=unified, or unset the limits.',
    ),
    'calls-alone': warn(
      'calls are unified without `REDIS_URL`: tickets and calls are known to one process only',
      'Run one instance only, or set REDIS_URL for all of them.',
    ),
    'setting-remark': warn('anything else that the start would warn of', 'See what .env.example says of the setting.'),
    'setting-note': ok('something the start would mention'),
    'not-checked': warn(
      'a check that needs a setting which is wrong, or keys which cannot be had',
      'Correct the setting, and run the doctor again.',
    ),
  },
  OpenAI: {
    'openai-reached': ok('OpenAI answers, and how far away it is'),
    'openai-unreachable': fail(
      'the name is not found, nothing takes the connection, or TLS fails',
      'Correct OPENAI_BASE_URL, or let this machine out: DNS, firewall, certificates.',
    ),
    'openai-silent': fail(
      'OpenAI took the connection and then gave no answer in time',
      'Try again; if that does not help, look at what stands between, and at UPSTREAM_TIMEOUT_MS.',
    ),
    'openai-slow': warn(
      'an answer took more than half of `UPSTREAM_TIMEOUT_MS`',
      'Run the service nearer to OpenAI, or raise UPSTREAM_TIMEOUT_MS and UPSTREAM_DEADLINE_MS.',
    ),
    'openai-failing': warn('OpenAI answers 5xx or asks for a slower pace', "Wait, and look at OpenAI's status page."),
    'openai-odd': fail(
      'what answers does not look like OpenAI',
      'OPENAI_BASE_URL must be the address that has /models and /realtime below it, such as https://api.openai.com/v1.',
    ),
    'key-valid': ok('OpenAI takes the key'),
    'key-refused': fail(
      'OpenAI refuses the key: wrong, revoked, of another project, or not allowed from here',
      "Make a new key in OpenAI's dashboard and set OPENAI_API_KEY to it; check OPENAI_ORGANIZATION and OPENAI_PROJECT.",
    ),
    'key-limited': warn(
      'the key may not list models, so what it serves cannot be told',
      'Give the key read access to models, or ignore this if tokens come. OpenAI may also refuse the country it is asked from.',
    ),
    'credit-gone': fail(
      'OpenAI says that the credit or a spending limit is used up',
      "Add credit or raise the limit in OpenAI's dashboard.",
    ),
    'credit-unseen': ok('always with a valid key: what cannot be told about credit without spending'),
    'model-served': ok("`REALTIME_MODEL` is on the key's list of models"),
    'model-unknown': fail(
      "`REALTIME_MODEL` is not on the key's list of models",
      'Set REALTIME_MODEL to a model that the account has.',
    ),
    'model-ends': warn(
      'OpenAI announces an end of `REALTIME_MODEL` that our catalogue does not know',
      'Choose another REALTIME_MODEL before that day.',
    ),
    'models-unknown': warn(
      "`ALLOWED_MODELS` names models that are not on the key's list",
      'Take them out of ALLOWED_MODELS; who asks for them gets 422.',
    ),
    'clock-right': ok("this machine's clock agrees with OpenAI's"),
    'clock-off': fail(
      "this machine's clock is more than 30 s off OpenAI's",
      'Set the clock and keep it by NTP (timedatectl set-ntp true); in a container, on the host.',
    ),
  },
  'Sign-in': {
    'keys-fetched': ok('the key set of `AUTH_JWKS_URL` can be had as the service fetches it, and how many keys it has'),
    'keys-unusable': fail(
      'the key set of `AUTH_JWKS_URL` has no key for RS256, PS256, ES256 or EdDSA: every JWT gets 401',
      'Have the issuer publish public keys of these kinds (RSA of 2048 bits or more, P-256, Ed25519), or correct AUTH_JWKS_URL.',
    ),
    'keys-unreachable': fail(
      'the key set of `AUTH_JWKS_URL` cannot be had: every token request gets 503 `auth_unavailable`',
      'Correct AUTH_JWKS_URL, which must answer 200 with a JSON Web Key Set of at most 1 MiB by itself (redirects are not followed), within 5 s, or let this machine out: DNS, firewall, certificates.',
    ),
  },
  Store: {
    'instances-unseen': ok('no `REDIS_URL`: whether several instances run cannot be seen from inside'),
    'redis-reached': ok('Redis answers, how fast, its version and its eviction policy'),
    'redis-unreachable': fail(
      'the name is not found, nothing takes the connection, or TLS fails',
      'Start Redis, correct REDIS_URL (rediss:// only where Redis speaks TLS), or open the way.',
    ),
    'redis-refuses': fail(
      'something takes the connection but does not work as Redis for us',
      'Check user, password and database number in REDIS_URL, and whether it must be rediss:// (TLS); the user must be allowed to run EVAL.',
    ),
    'redis-unwritable': fail(
      'Redis answers, but refuses a script with the commands that the service uses: a replica that only reads, no memory left, a user without the rights',
      'See what Redis answered: it must take writes to keys that begin with parker: from scripts.',
    ),
    'redis-evicts': fail(
      "Redis's eviction policy is not `noeviction`: it drops counters, and with them limits, when memory is short",
      'CONFIG SET maxmemory-policy noeviction, and the same in redis.conf or at your provider.',
    ),
    'redis-policy-unknown': warn(
      'Redis does not tell its eviction policy',
      "Look in the provider's dashboard; it must be noeviction.",
    ),
    'redis-plain': fail(
      'Redis is reached over a public host without TLS',
      'Write rediss:// in REDIS_URL, or use a private address. Plain, the password and hashes of clients can be read on the way.',
    ),
    'redis-slow': warn(
      'a command takes more than 50 ms (each token request waits for one), or is not answered in time',
      'Put Redis into the same region as the service.',
    ),
    'redis-old': fail('Redis is older than 5', 'Use Redis 7 or newer, or Valkey.'),
  },
  'This request': {
    'request-passes': ok('the request given by `--origin` and `--header` would pass'),
    'request-origin': fail(
      'its `Origin` is refused',
      'Add the origin to ALLOWED_ORIGINS, exactly as the browser sends it.',
    ),
    'request-no-origin': fail(
      '`REQUIRE_ORIGIN=true` and it has no `Origin`',
      'Send Origin, or set REQUIRE_ORIGIN=false for callers that are no browsers.',
    ),
    'request-referer': fail(
      'its `Referer` is refused',
      "Add the referring page's origin to ALLOWED_ORIGINS, or send no Referer.",
    ),
    'request-unreadable': fail(
      'it would pass, but the page could not read the answer',
      'Leave CORS_ORIGINS unset, or add the origin to it.',
    ),
    'request-jwt': fail(
      'a JWT is required, and it has none that holds',
      'Send Authorization: Bearer <JWT> with the iss of AUTH_ISSUER, the aud of AUTH_AUDIENCE, exp and sub.',
    ),
    'request-counted': ok('which address it would be counted by, and why'),
    'request-few-hops': fail(
      '`X-Forwarded-For` has fewer entries than `TRUST_PROXY` has proxies, so that everyone behind them shares one limit',
      'Set TRUST_PROXY to the number of proxies that add to X-Forwarded-For.',
    ),
    'request-proxy-ignored': fail(
      'it came through a proxy that is not trusted, so that everyone behind it shares one limit',
      'Set TRUST_PROXY to the number of proxies, for instance TRUST_PROXY=1.',
    ),
  },
  'The deployment': {
    'deployment-healthy': ok('it answers and has reached OpenAI'),
    'deployment-unreachable': fail(
      'it gives no answer',
      'Look at the address, DNS, the certificate, and whether it runs.',
    ),
    'deployment-plain-http': fail(
      'the address is plain http to a public host',
      'Put something that speaks https before it, and ask by https://. Secrets would travel in the clear.',
    ),
    'deployment-redirects': fail(
      'it answers with a redirect, which browsers do not follow for a preflight',
      'Use the address that it redirects to, in the extension too.',
    ),
    'deployment-stranger': fail('what answers is not this service', 'Correct the address: no path after the host.'),
    'deployment-openai-down': fail(
      'it has no connection to OpenAI',
      'Run the doctor inside it (without --url): it says whether the key or the way is at fault.',
    ),
    'deployment-not-ready': warn(
      '`/readyz` says that it is draining or waits for Redis',
      'Wait; if that does not help, look at REDIS_URL.',
    ),
    'headers-fine': ok('security headers and request id arrive'),
    'headers-lost': fail(
      'headers that the service sends do not arrive',
      'Let the proxy in front pass them on (and not answer in its place).',
    ),
    'no-hsts': warn(
      'asked by https it does not know that it is https',
      'Trust the proxy (TRUST_PROXY), and let it send X-Forwarded-Proto: https.',
    ),
    'deployment-metrics-open': warn(
      '`/metrics` is open to everyone',
      'Set ADMIN_TOKEN there, or METRICS_ENABLED=false.',
    ),
    'metrics-closed': ok('`/metrics` is closed to strangers'),
    'cors-works': ok('preflight and answers have what a browser needs'),
    'deployment-origin-refused': fail(
      'it refuses the origin that was tried',
      'Add it to ALLOWED_ORIGINS there, or try another with --origin.',
    ),
    'deployment-cors-lacks': fail(
      'it allows the origin but sends it no CORS headers',
      'Leave CORS_ORIGINS unset there, or add the origin to it.',
    ),
    'deployment-preflight': fail(
      'the preflight is not answered as a browser needs it',
      'Let OPTIONS and the CORS headers through the proxy in front.',
    ),
    'deployment-cors-changed': fail(
      'something in front changes or adds CORS headers, or lets foreign origins in',
      'Turn off CORS in the proxy or gateway; the service does it by itself.',
    ),
    'token-given': ok('it handed out a token that a browser can use; this cost one mint, or in unified mode none'),
    'token-not-asked': ok('`--no-token`: no token was asked for'),
    'token-refused': fail('it refused a token', 'See the type of the error in the table of errors (README).'),
    'token-cached': fail(
      'the answer with the secret may be stored by caches',
      'Let Cache-Control: no-store through, and turn caching off in the proxy or CDN.',
    ),
    'token-odd': fail('the answer lacks what it must have', 'See what stands in front of it and rewrites answers.'),
    'calls-elsewhere': fail(
      'calls are unified, and `web_rtc_url` does not lead back to the deployment',
      'Set PUBLIC_URL there to the address at which browsers reach it.',
    ),
    'address-right': ok('it counts you by your own address, and cannot be fooled by forged headers'),
    'self-check-not-asked': warn(
      'the self-check could not be asked, so nobody knows which address it takes you for',
      "Set ADMIN_TOKEN here to the deployment's own.",
    ),
    'proxy-not-trusted': fail(
      'everyone shares one limit: a proxy stands in front and is not trusted',
      'Set TRUST_PROXY there.',
    ),
    'hops-too-few': fail(
      'everyone shares one limit: fewer hops are trusted than there are, so that a proxy is counted',
      'Raise TRUST_PROXY there to the number of proxies.',
    ),
    'hops-too-many': fail(
      'more hops are trusted than there are proxies, so that clients can write their own address',
      'Lower TRUST_PROXY there to the number of proxies.',
    ),
    'address-forgeable': fail(
      'it took an address that the doctor had made up',
      'Trust only what your own proxies write: correct TRUST_PROXY, and let the proxy overwrite X-Real-IP.',
    ),
    'deployment-instances-unseen': ok(
      'it has no `REDIS_URL`: whether several instances run cannot be seen from outside',
    ),
  },
} as const satisfies Record<string, Record<string, Row>>

type Groups = typeof FINDINGS
export type Group = keyof Groups
export type FindingId = { [G in Group]: keyof Groups[G] }[Group]

/** One thing that was found. Never holds a secret. */
export interface Finding {
  id: FindingId
  group: Group
  severity: Severity
  /** What it is, in a sentence. */
  what: string
  /** What to do about it; empty where all is well. */
  fix: string
}

const ROWS = new Map<string, { group: Group; row: Row }>(
  Object.entries(FINDINGS).flatMap(([group, rows]) =>
    Object.entries(rows).map(([id, row]) => [id, { group: group as Group, row }] as const),
  ),
)

/** Reports a row of the table, with what was seen, and a better fix where one is known. */
export function finding(id: FindingId, what: string, fix?: string): Finding {
  const known = ROWS.get(id)
  if (!known) throw new TypeError(`${id} is not in the table`)
  return { id, group: known.group, severity: known.row.severity, what: plain(what), fix: plain(fix ?? known.row.fix) }
}

const MAX_LENGTH = 600

/** On one line and without control characters: parts of it may come from the outside and go to a terminal. */
function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, MAX_LENGTH)
}
