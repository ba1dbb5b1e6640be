import { decodeJwt } from 'jose';
import t from 'tap';
import {
  Browser,
  codeFor,
  newVerifier,
  RelyingParty,
  redirectParameters,
  redirectUri,
  secret,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';

const web = {
  client_secret: secret,
  redirect_uris: [redirectUri],
  grant_types: ['authorization_code', 'refresh_token'],
  first_party: true,
};

const config = {
  accounts: usualConfig.accounts,
  clients: [
    { client_id: 'unnamed', ...web },
    { client_id: 'auto', pkce: 'auto', ...web },
    { client_id: 'required', pkce: 'required', ...web },
    { client_id: 'exempt', pkce: 'exempt', ...web },
    {
      client_id: 'public',
      token_endpoint_auth_method: 'none',
      redirect_uris: [redirectUri],
      first_party: true,
      pkce: 'auto',
    },
  ],
};

const server = await startInProcess(t, config);
const party = (id: string, of = id === 'public' ? '' : secret) => new RelyingParty(server.issuer, id, of);
const browser = new Browser();
await codeFor(party('auto'), browser);

/** Asks for a code without a challenge. */
const without = async (client: RelyingParty, parameters: Readonly<Record<string, string>> = {}) =>
  redirectParameters(
    await browser.request(
      withoutChallenge(client.authorizationUrl(newVerifier(), { nonce: 'a-nonce', ...parameters })),
    ),
  );

/** What an attacker makes of an authorization URL on its way through the browser. */
const withoutChallenge = (address: string): string => {
  const url = new URL(address);
  url.searchParams.delete('code_challenge');
  url.searchParams.delete('code_challenge_method');
  for (const [name, value] of [...url.searchParams]) if (value === '') url.searchParams.delete(name);
  return url.href;
};

const redeemAsJson = async (client: RelyingParty, code: string, verifier?: string) => {
  const response = await fetch(`${server.issuer}/api/v1/tokens`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`,
    },
    body: JSON.stringify({
      authorization_code: code,
      redirect_uri: redirectUri,
      ...(verifier !== undefined && { code_verifier: verifier }),
    }),
  });
  return { status: response.status, body: await response.json() };
};

t.test('a public client always needs a challenge, with or without a nonce (RFC 9700 §2.1.1)', async (t) => {
  const answer = await without(party('public'));
  t.match(Object.fromEntries(answer), {
    error: 'invalid_request',
    error_description:
      'PKCE is missing: send code_challenge with code_challenge_method=S256; every public client has to',
  });
});

t.test('a confidential client without a nonce needs a challenge, and is told every remedy', async (t) => {
  for (const id of ['unnamed', 'auto']) {
    const answer = await without(party(id), { nonce: '' });
    t.equal(answer.get('error'), 'invalid_request', id);
    t.equal(answer.get('code'), null);
    const description = answer.get('error_description') ?? '';
    for (const remedy of [/code_challenge/, /nonce with the scope openid/, /pkce: exempt/])
      t.match(description, remedy);
    t.match(
      server.events.findLast(({ type }) => type === 'authorization.refused'),
      { client: id, details: { detail: description } },
      'the log names them too',
    );
    const page = await fetch(answer.get('error_uri') ?? '', { headers: { accept: 'text/html' } });
    t.match(await page.text(), /code_challenge_method=S256.*nonce with the scope openid.*pkce: exempt/s);
    const plain = await without(party(id), { scope: 'profile' });
    t.equal(plain.get('code'), null, 'a nonce without the scope openid protects nothing');
  }
});

t.test('a client that is configured to need a challenge needs it with a nonce as well', async (t) => {
  const answer = await without(party('required'));
  t.match(Object.fromEntries(answer), {
    error: 'invalid_request',
    error_description: /configured to need it/,
  });
});

t.test('security.pkce decides for clients that name no rule', async (t) => {
  const strict = await startInProcess(t, { ...config, security: { pkce: 'required' } });
  const asking = new Browser();
  const url = (id: string) =>
    withoutChallenge(
      new RelyingParty(strict.issuer, id).authorizationUrl(newVerifier(), { nonce: 'a-nonce' }),
    );
  t.equal(redirectParameters(await asking.request(url('unnamed'))).get('error'), 'invalid_request');
  t.match((await asking.open(url('auto'))).body, 'login-submit', 'its own rule comes first');
});

t.test('a nonce takes the place of the challenge: the code is redeemed with the secret', async (t) => {
  for (const id of ['unnamed', 'auto', 'exempt']) {
    const client = party(id);
    const code = (await without(client)).get('code') ?? '';
    const redeem = () =>
      client.post('/oauth/token', { grant_type: 'authorization_code', code, redirect_uri: redirectUri });
    const results = await Promise.all([redeem(), redeem(), redeem()]);
    t.same(results.map(({ status }) => status).sort(), [200, 400, 400], `${id}: once`);
    const idToken = results.find(({ status }) => status === 200)?.body['id_token'];
    t.match(decodeJwt(String(idToken)), { nonce: 'a-nonce' });
  }
});

t.test('a challenge that was stripped on the way is noticed by the verifier (RFC 9700 §4.8.2)', async (t) => {
  const client = party('auto');
  const code = (await without(client)).get('code') ?? '';
  t.match(await client.redeem(code, newVerifier()), { status: 400, body: { error: 'invalid_grant' } });
  t.match(await redeemAsJson(client, code, newVerifier()), { status: 400, body: { name: 'invalid_grant' } });
});

t.test('a code that was swapped shows by the nonce (RFC 9700 §4.5.3.2)', async (t) => {
  const client = party('auto');
  const code = (await without(client, { nonce: 'nonce-of-the-attacker' })).get('code') ?? '';
  const redeemed = await client.post('/oauth/token', {
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
  });
  t.equal(decodeJwt(String(redeemed.body['id_token']))['nonce'], 'nonce-of-the-attacker');
});

t.test(
  'the JSON token endpoint redeems no code without a challenge, unless the client is exempt',
  async (t) => {
    for (const id of ['unnamed', 'auto']) {
      const client = party(id);
      const code = (await without(client)).get('code') ?? '';
      t.match(await redeemAsJson(client, code), {
        status: 400,
        body: { name: 'invalid_grant', message: /no PKCE challenge: send code_challenge/ },
      });
      const redeemed = await client.post('/oauth/token', {
        grant_type: 'authorization_code',
        code,
        redirect_uri: redirectUri,
      });
      t.equal(redeemed.status, 200, 'the refusal leaves the code usable');
    }
    const exempt = party('exempt');
    t.equal((await redeemAsJson(exempt, (await without(exempt)).get('code') ?? '')).status, 201);
    const { code, verifier } = await codeFor(party('auto'), browser);
    t.equal((await redeemAsJson(party('auto'), code, verifier)).status, 201, 'with a challenge');
  },
);
