import { decodeJwt } from 'jose';
import t from 'tap';
import { clientKey, readClient, replaceClient } from '#src/services/clients/record.ts';
import { Browser, codeFor, RelyingParty, startInProcess, usualConfig } from '../support/setup/index.ts';

/** Subjects of clients that registered themselves (OpenID Connect Core §8.1 and §17.3). */
const loopback = 'http://127.0.0.1/callback';
const own = 'https://evil.example/cb';
const foreign = 'https://victim.example/cb';

const native = { application_type: 'native', redirect_uris: [loopback] };

const server = await startInProcess(t, {
  ...usualConfig,
  clients: [
    ...usualConfig.clients,
    {
      client_id: 'victim',
      redirect_uris: [foreign],
      subject_type: 'pairwise',
      token_endpoint_auth_method: 'none',
    },
    { client_id: 'desktop', ...native, subject_type: 'pairwise', token_endpoint_auth_method: 'none' },
  ],
  registration: { enabled: true },
  security: { password: { memory_kib: 8192, passes: 1 }, throttle: { registration_per_address: 0 } },
});
const { clients } = server.app.services;

type Body = Readonly<Record<string, unknown>>;

const send = async (url: unknown, method: string, body: object, token?: unknown) => {
  const response = await fetch(String(url), {
    method,
    headers: {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  const answer: Body = Object(await response.json());
  return { status: response.status, body: answer };
};

/** A public client with refresh tokens, which may be changed. */
const register = async (more: object) => {
  const metadata = {
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'none',
    ...more,
  };
  const registered = await send(`${server.issuer}/oauth/register`, 'POST', metadata);
  if (registered.status !== 201) throw new Error(JSON.stringify(registered.body));
  const id = String(registered.body['client_id']);
  const { registration_client_uri: url } = registered.body;
  let token = registered.body['registration_access_token'];
  return {
    id,
    party: new RelyingParty(server.issuer, id, ''),
    async update(changes: object) {
      const answer = await send(url, 'PUT', { ...metadata, ...changes, client_id: id }, token);
      token = answer.body['registration_access_token'] ?? token;
      return answer;
    },
  };
};

/** Ada signs in. The code is redeemed at once, or after `meanwhile`. */
const signIn = async (
  party: RelyingParty,
  redirectUri: string,
  meanwhile: () => Promise<unknown> = async () => {},
) => {
  const { code, verifier } = await codeFor(party, new Browser(), {
    redirect_uri: redirectUri,
    scope: 'openid offline_access',
    prompt: 'consent',
  });
  await meanwhile();
  const { status, body } = await party.redeem(code, verifier, { redirect_uri: redirectUri });
  if (status !== 200) throw new Error(JSON.stringify(body));
  return {
    sub: decodeJwt(String(body['id_token'])).sub,
    accessToken: String(body['access_token']),
    refreshToken: String(body['refresh_token']),
  };
};

const subjectAtUserinfo = async (accessToken: string): Promise<unknown> => {
  const response = await fetch(`${server.issuer}/userinfo`, {
    headers: { authorization: `Bearer ${accessToken}` },
  });
  return Object(await response.json()).sub;
};

const victim = await signIn(new RelyingParty(server.issuer, 'victim', ''), foreign);

t.test('a client that moves to a foreign host learns no subject of that sector', async (t) => {
  const client = await register({ redirect_uris: [own], subject_type: 'pairwise' });
  const refused = {
    status: 400,
    body: { error: 'invalid_redirect_uri', error_description: /register another client/ },
  };
  const moved = () => client.update({ redirect_uris: [foreign] });
  const tokens = await signIn(client.party, own, async () =>
    t.match(await moved(), refused, 'with a code under way'),
  );
  t.not(tokens.sub, victim.sub);
  t.match(await moved(), refused, 'with tokens');
  t.match(await client.update({ redirect_uris: [foreign, own] }), { status: 400 });
  t.equal(await subjectAtUserinfo(tokens.accessToken), tokens.sub);
  const { body } = await client.party.refresh(tokens.refreshToken);
  t.equal(decodeJwt(String(body['id_token'])).sub, tokens.sub);
  t.equal(
    (await client.update({ redirect_uris: ['https://evil.example/other'] })).status,
    200,
    'on its own host',
  );
});

t.test('a client keeps its type of subjects, and a public one may move', async (t) => {
  const refused = {
    status: 400,
    body: { error: 'invalid_client_metadata', error_description: /subject_type.*register another client/ },
  };
  const open = await register({ redirect_uris: [own] });
  t.equal((await open.update({ redirect_uris: [foreign], subject_type: 'public' })).status, 200);
  t.match(await open.update({ redirect_uris: [foreign], subject_type: 'pairwise' }), refused);
  const closed = await register({ redirect_uris: [own], subject_type: 'pairwise' });
  t.match(await closed.update({ redirect_uris: [own], subject_type: 'public' }), refused);
  t.match(await closed.update({ subject_type: undefined }), refused, 'left out, it means public');
});

t.test('a device on loopback belongs to no sector but that of the client', async (t) => {
  const app = await register({ ...native, subject_type: 'pairwise' });
  const other = await register({ ...native, subject_type: 'pairwise' });
  const { sub: ofApp } = await signIn(app.party, loopback);
  const { sub } = await signIn(new RelyingParty(server.issuer, 'desktop', ''), loopback);
  t.equal(new Set([ofApp, (await signIn(other.party, loopback)).sub, sub]).size, 3);
  const scheme = 'com.example.app:/cb';
  t.equal((await app.update({ redirect_uris: [scheme] })).status, 200);
  t.equal((await signIn(app.party, scheme)).sub, ofApp, 'an app with a scheme is its own sector, too');

  // As a former release has stored it.
  const former = await register({ ...native, subject_type: 'pairwise' });
  const [document] = await server.store.read([clientKey(former.id)]);
  if (document === undefined) throw new Error('no such client');
  const { ownLoopback, ...record } = readClient(document);
  t.equal(ownLoopback, true);
  await server.store.commit([replaceClient(record, document.body)]);
  await clients.update(former.id, { client_name: 'An older app' });
  t.equal((await signIn(former.party, loopback)).sub, sub, 'an existing client keeps its subjects');
});

t.test('an operator may move a client to another sector', async (t) => {
  const client = await register({ redirect_uris: [own], subject_type: 'pairwise' });
  const before = await signIn(client.party, own);
  await clients.update(client.id, { redirect_uris: [foreign] });
  const after = await signIn(client.party, foreign);
  t.not(after.sub, before.sub);
  t.equal(after.sub, victim.sub);
});
