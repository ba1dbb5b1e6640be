import type { Config } from '#config';
import type { AddFindings } from './finding.ts';
import { get, objectIn } from './get.ts';

const causeOf = (error: unknown): string => {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code;
  return cause instanceof Error ? cause.message : String(cause);
};

/** Node and OpenSSL name a certificate that they refuse by codes such as `CERT_HAS_EXPIRED`. */
const isOfCertificate = (code: string): boolean => /CERT|LEAF_SIGNATURE/.test(code);

const originOf = (url: unknown): string | undefined =>
  typeof url === 'string' ? URL.parse(url)?.origin : undefined;

interface Discovery {
  readonly response: Response;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Fetches the metadata of the server. Without it nothing else can be checked. */
export const fetchMetadata = async (url: string, { error }: AddFindings): Promise<Discovery | undefined> => {
  const address = `${url}/.well-known/openid-configuration`;
  let response: Response;
  try {
    response = await get(address);
  } catch (fault) {
    const cause = causeOf(fault);
    if (isOfCertificate(cause)) {
      error(
        'unreachable',
        `This machine does not trust the certificate of ${url} (${cause}).`,
        'Correct or renew the certificate. Name an authority of your own in NODE_EXTRA_CA_CERTS.',
      );
      return undefined;
    }
    error(
      'unreachable',
      `Nothing answers at ${url} (${cause}).`,
      'Start the server and its proxy, or name the address that clients use: `postern doctor https://id.example.com`.',
    );
    return undefined;
  }
  if (response.status === 421) {
    error(
      'host_unknown',
      `The server does not answer for the host of ${url}: the proxy forwards another Host header, or the host is unknown.`,
      'Let the proxy keep the Host header, or add the host to security.allowed_hosts.',
    );
    return undefined;
  }
  const metadata = response.ok ? await objectIn(response) : undefined;
  if (!metadata) {
    const where = response.headers.get('location');
    error(
      'no_metadata',
      `${address} answers ${response.status}${where === null ? '' : ` and leads to ${where}`}, not with metadata.`,
      'Let the proxy forward every path to the server, without a redirect.',
    );
    return undefined;
  }
  return { response, metadata };
};

/** Checks that the metadata is that of this configuration and of this address. */
export const checkMetadata = (
  { metadata }: Discovery,
  { config, url }: { readonly config: Config; readonly url: string },
  { error }: AddFindings,
): void => {
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
};
