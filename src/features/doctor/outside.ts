import type { Config } from '#config';
import { checkCookies, type SampleClient } from './cookies.ts';
import { collectFindings, type Finding } from './finding.ts';
import { get } from './get.ts';

/** What the server should look like from outside. */
export interface ExpectedServer {
  readonly config: Config;
  /** The address that clients use: the issuer, unless the operator names another one. */
  readonly url: string;
  /** The ids of the published keys; undefined when the store couldn't be read. */
  readonly kids: readonly string[] | undefined;
  /** Its authorization request shows the cookies of a sign-in. */
  readonly sampleClient: SampleClient | undefined;
}

const skew = { warnMs: 5_000, failMs: 60_000 };

const causeOf = (error: unknown): string => {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code;
  return cause instanceof Error ? cause.message : String(cause);
};

const objectIn = async (answer: Response): Promise<Readonly<Record<string, unknown>> | undefined> => {
  const value: unknown = await answer.json().catch(() => undefined);
  // Any object can be read by name; each value that is read gets checked.
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
};

const originOf = (url: unknown): string | undefined =>
  typeof url === 'string' ? URL.parse(url)?.origin : undefined;

export const checkFromOutside = async (expected: ExpectedServer): Promise<readonly Finding[]> => {
  const { config, url, kids, sampleClient } = expected;
  const { found, error, warning } = collectFindings('outside');
  const address = `${url}/.well-known/openid-configuration`;
  const begun = Date.now();
  let answer: Response;
  try {
    answer = await get(address);
  } catch (fault) {
    error(
      'unreachable',
      `Nothing answers at ${url} (${causeOf(fault)}).`,
      'Start the server and its proxy, or name the address that clients use: `postern doctor https://id.example.com`.',
    );
    return found;
  }
  if (answer.status === 421) {
    error(
      'host_unknown',
      `The server does not answer for the host of ${url}: the proxy forwards another Host header, or the host is unknown.`,
      'Let the proxy keep the Host header, or add the host to security.allowed_hosts.',
    );
    return found;
  }
  const metadata = answer.ok ? await objectIn(answer) : undefined;
  if (!metadata) {
    const where = answer.headers.get('location');
    error(
      'no_metadata',
      `${address} answers ${answer.status}${where === null ? '' : ` and leads to ${where}`}, not with metadata.`,
      'Let the proxy forward every path to the server, without a redirect.',
    );
    return found;
  }

  if (metadata['issuer'] !== config.issuer) {
    error(
      'issuer_differs',
      `The server at ${url} calls itself ${metadata['issuer']}, but the issuer of this configuration is ${config.issuer}.`,
      'Run the doctor with the configuration of that server, or let the proxy lead to this server.',
    );
  } else if (new URL(url).origin !== config.issuer) {
    error(
      'issuer_elsewhere',
      `At ${url} clients read that the issuer is ${config.issuer}, and refuse that (OpenID Connect Discovery §4.3).`,
      `Set issuer: ${new URL(url).origin}, or have clients come to ${config.issuer}.`,
    );
  }
  for (const [name, value] of Object.entries(metadata)) {
    if (!name.endsWith('_endpoint') && name !== 'jwks_uri') continue;
    if (originOf(value) === originOf(metadata['issuer'])) continue;
    error(
      'endpoint_elsewhere',
      `${name} is ${value}, which is not at the issuer.`,
      'This is a bug in the server; please report it.',
    );
  }

  const date = Date.parse(answer.headers.get('date') ?? '');
  // The header has whole seconds, and the response took a while to arrive.
  const apart = Math.max(0, Math.abs(date - begun) - 1000 - (Date.now() - begun));
  if (apart > skew.warnMs) {
    (apart > skew.failMs ? error : warning)(
      'clock_skew',
      `The clock of the server at ${url} and of this machine are ${Math.round(apart / 1000)} seconds apart: tokens seem expired, or not yet valid.`,
      'Synchronize the clocks of both machines by NTP.',
    );
  }
  if (config.issuer.startsWith('https:') && answer.headers.get('strict-transport-security') === null) {
    warning(
      'no_hsts',
      'The answer has no Strict-Transport-Security header, which the server sets: the proxy drops it.',
      'Let the proxy forward response headers.',
    );
  }

  const published = await get(`${url}/oauth/jwks`).catch(() => undefined);
  const jwks = published?.ok ? await objectIn(published) : undefined;
  const keys: unknown[] = Array.isArray(jwks?.['keys']) ? jwks['keys'] : [];
  const seen = keys.flatMap((key) =>
    typeof key === 'object' && key !== null && 'kid' in key ? [key.kid] : [],
  );
  if (seen.length === 0) {
    error('no_keys', `${url}/oauth/jwks holds no keys.`, 'Let the proxy forward every path to the server.');
  } else if (kids && kids.length > 0 && !kids.some((kid) => seen.includes(kid))) {
    error(
      'keys_differ',
      `None of the keys that ${url} publishes is in the store of this configuration: that server has another store.`,
      'Give all servers the same store.url, and run the doctor with the same.',
    );
  }

  const ready = await get(`${url}/readyz`).catch(() => undefined);
  if (ready?.status === 503) {
    const checks = (await objectIn(ready))?.['checks'];
    const failed = Array.isArray(checks) ? checks.filter((check) => check instanceof Object) : [];
    const valuesOf = (member: 'reason' | 'fix'): string[] =>
      failed.flatMap((check) => (member in check ? [String(check[member]).replace(/\.$/, '')] : []));
    error(
      'not_ready',
      `The server is not ready: ${valuesOf('reason').join('; ')}.`,
      `${[...new Set(valuesOf('fix')), 'Fix what it names; the server checks twice a second'].join('. ')}.`,
    );
  }
  const metrics = await get(`${url}/metrics`).catch(() => undefined);
  if (metrics?.ok) {
    error(
      'metrics_open',
      `Anyone can read ${url}/metrics.`,
      'Keep the port of metrics.port off the proxy, or set metrics.token.',
    );
  }

  if (sampleClient) await checkCookies(url, config, sampleClient, { error, warning });
  return found;
};
