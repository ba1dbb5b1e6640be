import type { Config } from '#config';
import type { collectFindings } from './finding.ts';
import { get } from './get.ts';

/** A client that would ask for a code. */
export interface SampleClient {
  readonly id: string;
  readonly redirectUri: string;
}

/** The first cookies of a sign-in: whether they arrive, with what the server gave them. */
export const checkCookies = async (
  url: string,
  config: Pick<Config, 'issuer'>,
  { id, redirectUri }: SampleClient,
  { error, warning }: Pick<ReturnType<typeof collectFindings>, 'error' | 'warning'>,
): Promise<void> => {
  const query = new URLSearchParams({
    client_id: id,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid',
    code_challenge: 'x'.repeat(43),
    code_challenge_method: 'S256',
  });
  const answer = await get(`${url}/oauth/authorize?${query}`).catch(() => undefined);
  const leadsIn = answer?.headers.get('location')?.includes('/interaction/');
  if (!answer || !leadsIn) return;
  const cookies = answer.headers.getSetCookie();
  if (cookies.length === 0) {
    error(
      'cookies_dropped',
      'A sign-in begins without a cookie: the proxy drops Set-Cookie, so that nobody can sign in.',
      'Let the proxy pass Set-Cookie on, and keep it from caching /oauth.',
    );
  }
  for (const cookie of cookies) {
    const [pair = '', ...attributes] = cookie.split(/;\s*/);
    const name = pair.split('=')[0];
    const has = (attribute: string): boolean =>
      attributes.some((one) => one.toLowerCase().split('=')[0] === attribute);
    const missing = [
      'httponly',
      'samesite',
      ...(config.issuer.startsWith('https:') ? ['secure'] : []),
    ].filter((attribute) => !has(attribute));
    if (missing.length > 0) {
      warning(
        'cookie_flags',
        `The cookie ${name} arrives without ${missing.join(', ')}, which the server sets.`,
        'Keep the proxy from rewriting cookies.',
      );
    }
  }
};
