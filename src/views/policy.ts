/** What a page needs to be let do; everything else is forbidden. */
export interface PolicyOptions {
  /** Redirect URIs that a form of this page may end at, through the answer to its POST. */
  readonly formTargets?: readonly string[];
  /** The operator's own. */
  readonly images?: readonly string[];
  /** Logos of applications, from wherever they live. */
  readonly remoteImages?: boolean;
  /** Reached in a popup that must keep its opener: every interaction page. */
  readonly popup?: boolean;
}

/** `form-action` also holds for the redirect that follows a POST, so the app's own address has to be in it. */
export const contentSecurityPolicy = (options: PolicyOptions = {}): string => {
  const { formTargets = [], images = [], remoteImages = false } = options;
  return [
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    ['img-src', "'self'", 'data:', ...sourcesOf(images), ...(remoteImages ? ['https:'] : [])].join(' '),
    ['form-action', "'self'", ...sourcesOf(formTargets)].join(' '),
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');
};

const sourcesOf = (uris: readonly string[]): ReadonlySet<string> =>
  new Set(uris.map(sourceOf).filter((source) => source !== undefined));

/**
 * A CSP source for a URI. A private-use scheme stands by itself; so does the scheme of an IPv6 address, which the
 * grammar of a host source has no form for. What could end the directive is left out.
 */
const sourceOf = (uri: string): string | undefined => {
  if (!URL.canParse(uri)) return undefined;
  const { protocol, origin, hostname } = new URL(uri);
  if (protocol !== 'http:' && protocol !== 'https:')
    return scriptSchemes.has(protocol) ? undefined : protocol;
  if (hostname.startsWith('[')) return protocol;
  return /^[a-z]+:\/\/[a-z0-9.-]+(:\d+)?$/i.test(origin) ? origin : undefined;
};

const scriptSchemes = new Set(['javascript:', 'data:', 'blob:', 'vbscript:', 'file:', 'about:']);

const disabledFeatures = [
  'accelerometer',
  'camera',
  'display-capture',
  'geolocation',
  'gyroscope',
  'microphone',
  'midi',
  'payment',
  'usb',
];

/** The headers of every page of ours. `Cache-Control` depends on the page and is its handler's to set. */
export const pageHeaders = (options: PolicyOptions = {}): Readonly<Record<string, string>> => ({
  'Content-Security-Policy': contentSecurityPolicy(options),
  // For browsers that know no frame-ancestors.
  'X-Frame-Options': 'DENY',
  'X-Content-Type-Options': 'nosniff',
  // Never a path, which may hold an interaction; not `no-referrer`, which makes the Origin of our own POSTs `null`.
  'Referrer-Policy': 'strict-origin',
  'Permissions-Policy': disabledFeatures.map((feature) => `${feature}=()`).join(', '),
  'Cross-Origin-Resource-Policy': 'same-origin',
  ...(options.popup ? {} : { 'Cross-Origin-Opener-Policy': 'same-origin' }),
});
