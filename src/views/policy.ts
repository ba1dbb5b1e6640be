/** What a page may do beyond the strict default. */
export interface PolicyOptions {
  /** Redirect URIs that the response to a form of this page may lead to. */
  readonly formTargets?: readonly string[];
  /** The form has values of this server only, and the application that gets it may redirect to any site. */
  readonly anyFormTarget?: boolean;
  /** URLs of the operator's images. */
  readonly images?: readonly string[];
  /** Logos of applications may come from any https site. */
  readonly remoteImages?: boolean;
  /** The page may be open in a popup that must keep its opener. This holds for all pages of a sign-in. */
  readonly popup?: boolean;
}

/** Browsers apply `form-action` to the redirect after a POST as well, so the app's address must be in it. */
export const contentSecurityPolicy = (options: PolicyOptions = {}): string => {
  const { formTargets = [], anyFormTarget = false, images = [], remoteImages = false } = options;
  return [
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    ['img-src', "'self'", 'data:', ...sourcesOf(images), ...(remoteImages ? ['https:'] : [])].join(' '),
    ['form-action', "'self'", ...sourcesOf(formTargets), ...(anyFormTarget ? ['https:', 'http:'] : [])].join(
      ' ',
    ),
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');
};

const sourcesOf = (uris: readonly string[]): ReadonlySet<string> =>
  new Set(uris.map(sourceOf).filter((source) => source !== undefined));

/**
 * The CSP source for a URI. For a private-use scheme it's the scheme, and for an IPv6 address too, because the grammar of
 * host sources has no form for those. A source that could end the directive is left out.
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

/** The headers of every page. `Cache-Control` isn't among them: it depends on the page. */
export const pageHeaders = (options: PolicyOptions = {}): Readonly<Record<string, string>> => ({
  'Content-Security-Policy': contentSecurityPolicy(options),
  // For browsers without support for frame-ancestors.
  'X-Frame-Options': 'DENY',
  'X-Content-Type-Options': 'nosniff',
  // A path may name an interaction, so only the origin is sent. `no-referrer` would make the Origin of forms `null`.
  'Referrer-Policy': 'strict-origin',
  'Permissions-Policy': disabledFeatures.map((feature) => `${feature}=()`).join(', '),
  'Cross-Origin-Resource-Policy': 'same-origin',
  ...(options.popup ? {} : { 'Cross-Origin-Opener-Policy': 'same-origin' }),
});
