import type { Config } from '#config';
import type { AddFindings } from './finding.ts';
import { get } from './get.ts';

/** A client whose authorization request starts a sign-in. */
export interface SampleClient {
  readonly id: string;
  readonly redirectUri: string;
}

/** Starts a sign-in and checks that its cookies arrive with the attributes that the server sets. */
export const checkCookies = async (
  url: string,
  config: Pick<Config, 'issuer'>,
  { id, redirectUri }: SampleClient,
  { error, warning }: AddFindings,
): Promise<void> => {
  const query = new URLSearchParams({
    client_id: id,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid',
    code_challenge: 'x'.repeat(43),
    code_challenge_method: 'S256',
  });
  const response = await get(`${url}/oauth/authorize?${query}`).catch(() => undefined);
  const startsSignIn = response?.headers.get('location')?.includes('/interaction/');
  if (!response || !startsSignIn) return;
  const cookies = response.headers.getSetCookie();
  if (cookies.length === 0) {
    error(
      'cookies_dropped',
      'A sign-in starts without a cookie: the proxy drops Set-Cookie, so no one can sign in.',
      'Let the proxy forward Set-Cookie, and keep it from caching /oauth.',
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
