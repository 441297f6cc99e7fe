/** The browsers there is a build for. */
export const TARGETS = ['chrome', 'firefox'] as const
export type Target = (typeof TARGETS)[number]

/**
 * The reference build's public key (DER, base64). It only fixes the id while the extension is loaded unpacked, so that a
 * service can list the origin; nobody keeps the private key. Take it out, or put your own in, before you publish.
 */
const REFERENCE_KEY =
  'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAshhK7nCHMrQtC9N8K2ixQdne2tFv5a+LweWNFgBsLUcu06VAXWLe1tbuKE/v1pQ1lJlVkE/T' +
  'qkY6774o2qJq8+ho5WtCd2BUwyxJQC+vcudTzziBk/9OR89RfzZdYTZh9c/3nGls2fLs1qDezQc9viZ75zULpbD1mRK32D6cRkmqlQMTpxWwMIt7+wEF' +
  '56Dm9vxX1uEBf8fVF2brUvXz/oxW9IgdAmRCkMu44GR8Gaf2BxZpg8mHdmkGt3w67k3uzn1Y+YZvWdspYI+HgEOxHYzrdR2o1FFjl6/k0DyP1vYhKN+B' +
  '9Uj+FFzspC7fV7CVVKzUg9FkAZ1yKJTWk+x0UQIDAQAB'

/** The origin that the key gives: the first 32 hex digits of the SHA-256 of its DER form, with 0–f written a–p. */
export const REFERENCE_ORIGIN = 'chrome-extension://nnkkngnhkphfcmfkcmhjdlijjfkelicd'

/** Firefox knows an extension by this name. */
const FIREFOX_ID = 'parker@parker-extension.example'

/** Sites whose pages are read. */
const SITES = ['https://www.espn.com/*']

/**
 * Nothing but the extension's own files runs or shows. `connect-src` cannot name the service, whose address is a setting,
 * nor OpenAI's, which the service tells: so https, and plain http on this machine only.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self'",
  'connect-src https: http://localhost:* http://127.0.0.1:*',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** The manifest of one build. `service` is the address it starts out with; only its origin is asked for at install. */
export function manifestFor(target: Target, service: URL, version: string): object {
  const common = {
    manifest_version: 3,
    name: 'Parker: talk sport out loud',
    short_name: 'Parker',
    version,
    description: 'Debate Mode and Hot Take Mode with Parker, a voice that knows what game is on the page.',
    icons: icons([16, 32, 48, 128]),
    action: { default_title: 'Talk with Parker', default_icon: icons([16, 32]) },
    options_ui: { page: 'options.html', open_in_tab: true },
    content_scripts: [{ matches: SITES, js: ['content.js'], run_at: 'document_idle' }],
    host_permissions: [hostPattern(service)],
    optional_host_permissions: ['https://*/*', 'http://localhost/*', 'http://127.0.0.1/*'],
    content_security_policy: { extension_pages: CONTENT_SECURITY_POLICY },
  }
  return { ...common, ...OWN[target] }
}

/** Leads to a host whatever its port: Firefox knows no ports in patterns. */
function hostPattern({ protocol, hostname }: URL): string {
  return `${protocol}//${hostname}/*`
}

const OWN: Record<Target, object> = {
  chrome: {
    key: REFERENCE_KEY,
    minimum_chrome_version: '125',
    permissions: ['sidePanel', 'storage'],
    background: { service_worker: 'background.js' },
    side_panel: { default_path: 'panel.html' },
  },
  firefox: {
    permissions: ['storage'],
    background: { scripts: ['background.js'] },
    sidebar_action: {
      default_panel: 'panel.html',
      default_title: 'Parker',
      default_icon: icons([16, 32]),
      open_at_install: false,
    },
    browser_specific_settings: {
      gecko: {
        id: FIREFOX_ID,
        strict_min_version: '142.0',
        data_collection_permissions: { required: ['personalCommunications', 'websiteContent'] },
      },
    },
  },
}

function icons(sizes: readonly number[]): Record<string, string> {
  return Object.fromEntries(sizes.map(size => [size, `icons/${size}.png`]))
}
