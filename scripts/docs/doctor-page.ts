import { FINDINGS } from '../../packages/server/src/doctor/findings.ts'
import { HELP } from '../../packages/server/src/doctor/options.ts'
import { table } from './markdown.ts'

/** `docs/doctor.md`: how to ask the doctor, and everything it can find. */
export function doctorPage(): string {
  const groups = Object.entries(FINDINGS).map(([group, rows]) => {
    const lines = Object.entries(rows).map(([id, { severity, when, fix }]) => [`\`${id}\``, severity, when, fix || '–'])
    return `### ${group}\n\n${table(['Finding', 'Severity', 'When', 'Fix'], lines)}\n`
  })
  return `${TEXT}\n${groups.join('\n')}`
}

const TEXT = `# The doctor

\`npm run doctor\` says what is wrong with a deployment, and what to do about each thing. In a container the same is
\`node packages/server/doctor.js\`.

\`\`\`
${HELP.trimEnd()}
\`\`\`

**On the machine of the service** it reads the settings as the service would, \`.env\` included, reports everything that is
wrong at once, and goes on with what is right. It asks OpenAI for its list of models, which is free, and Redis for a few
numbers, and has Redis run what the service's scripts run, on keys of its own (\`parker:doctor:…\`) that are gone within 5 s.
Nothing is minted. Each step over the network has a time-out, and the checks run side by side.

**\`--origin\` and \`--header\`** describe a token request. The very functions that would judge it in the service say
whether it would pass, by which address it would be counted, and why. The connection itself cannot be described: it is taken
to come from this machine, or from the first network in \`TRUST_PROXY\`.

**\`--url\`** looks at a running deployment instead, from wherever you are, best from a network of its callers. Of the
settings on your side only two matter: \`ADMIN_TOKEN\`, to be set to the deployment's own, and \`ALLOWED_ORIGINS\`, whose first
entry is the origin that is tried unless you give \`--origin\`. It asks for the preflight, the options and one token as a
browser would. That token costs one mint (in unified mode none) and one of the requests that a minute allows you; it is
thrown away unread, and \`--no-token\` leaves it out. It also sends forged \`X-Forwarded-For\`, \`X-Real-IP\` and
\`Forwarded\` headers with the made-up address 192.0.2.66 and asks the self-check which address was taken. To a public host
over plain http it sends nothing.

**What it cannot tell**

- Whether the account has credit. Without any, OpenAI lists models and mints secrets all the same; a session fails only
  when it speaks.
- How many instances run. Without \`REDIS_URL\` each counts alone, and one cannot see the other.
- Whether a proxy that stands before you, and not before the service, adds to \`X-Forwarded-For\`: it is counted as one of the
  deployment's own.

No finding holds a secret.

## The self-check

\`GET /v1/self-check\` tells an operator what the service sees of that very request:

\`\`\`sh
curl -s https://parker.example.com/v1/self-check -H "Authorization: Bearer $ADMIN_TOKEN" -H 'Origin: https://www.espn.com'
\`\`\`

It answers with the address that the caller is counted by and the header that told it, the kind of address the connection
has, \`TRUST_PROXY\` in words, how many entries were forwarded, the scheme it believes, and the verdicts on \`Origin\` and
\`Referer\` as a token request would meet them. Without \`ADMIN_TOKEN\` set it is a 404.

## Alerts

[deploy/alerts.yml](../deploy/alerts.yml) has Prometheus rules for what an operator must know of, each with what to do;
[deploy/alerts.test.yml](../deploy/alerts.test.yml) shows when they fire. A daily budget that is *nearly* used up cannot be
seen in the metrics: the alert fires when requests are refused for it.

## Findings
`
