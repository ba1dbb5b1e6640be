import { createHash, randomBytes } from 'node:crypto';
import type { Browser, Page } from './browser.ts';
import { type HttpResponse, readResponse } from './http-requests.ts';

export const redirectUri = 'http://localhost:4999/callback';
export const password = 'correct horse battery';
export const secret = 'a-secret-of-forty-three-characters-or-more-00';

/** The account ada and a confidential first-party client, for which consent is not asked. */
export const usualConfig = {
  accounts: [{ username: 'ada', password, name: 'Ada Lovelace', email: 'ada@example.com' }],
  clients: [
    {
      client_id: 'app',
      client_name: 'The App',
      client_secret: secret,
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      first_party: true,
    },
  ],
};

/** The header of `client_secret_basic`. */
export const basicAuthorization = (id: string, of = secret) => ({
  authorization: `Basic ${Buffer.from(`${id}:${of}`).toString('base64')}`,
});

type Parameters = Readonly<Record<string, string>>;

/** Sends the requests of a client without a library, which would refuse to send invalid ones. */
export class RelyingParty {
  readonly issuer: string;
  readonly id: string;
  readonly secret: string | undefined;

  constructor(issuer: string, id = 'app', clientSecret: string | undefined = secret) {
    this.issuer = issuer;
    this.id = id;
    this.secret = clientSecret;
  }

  async post(path: string, parameters: Parameters, headers: Parameters = {}): Promise<HttpResponse> {
    const response = await fetch(`${this.issuer}${path}`, {
      method: 'POST',
      body: new URLSearchParams(this.secret ? parameters : { client_id: this.id, ...parameters }),
      headers: { ...(this.secret && basicAuthorization(this.id, this.secret)), ...headers },
    });
    return readResponse(response);
  }

  authorizationUrl(verifier: string, parameters: Parameters = {}): string {
    const query = new URLSearchParams({
      client_id: this.id,
      response_type: 'code',
      redirect_uri: redirectUri,
      scope: 'openid profile email',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...parameters,
    });
    return `${this.issuer}/oauth/authorize?${query}`;
  }

  redeem(code: string, verifier: string, parameters: Parameters = {}): Promise<HttpResponse> {
    return this.post('/oauth/token', {
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      code_verifier: verifier,
      ...parameters,
    });
  }

  refresh(token: string, parameters: Parameters = {}): Promise<HttpResponse> {
    return this.post('/oauth/token', { grant_type: 'refresh_token', refresh_token: token, ...parameters });
  }
}

export const newVerifier = (): string => randomBytes(32).toString('base64url');

/** Returns the parameters of the redirect to the client. */
export const redirectParameters = (page: Page): URLSearchParams => {
  const location = page.headers.get('location');
  if (location === null)
    throw new Error(`no way back to the client: ${page.status} ${page.body.slice(0, 300)}`);
  return new URL(location).searchParams;
};

/** Gets a code, signing Ada in if asked to. */
export const codeFor = async (
  party: RelyingParty,
  browser: Browser,
  parameters: Parameters = {},
  login = 'ada',
): Promise<{ code: string; verifier: string }> => {
  const verifier = newVerifier();
  let page = await browser.open(party.authorizationUrl(verifier, parameters));
  if (page.body.includes('login-submit')) page = await browser.submit(page, { login, password });
  if (page.body.includes('consent-allow')) page = await browser.submit(page, { decision: 'allow' });
  const code = redirectParameters(page).get('code');
  if (code === null) throw new Error(`no code: ${redirectParameters(page)}`);
  return { code, verifier };
};
