import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { type Configuration, Provider } from 'oidc-provider';
import t, { type Test } from 'tap';
import { openStore } from '#adapters/index.ts';
import { externalKeys } from '#src/provider/keys/external-key.ts';
import type { KeySet } from '#src/services/keys/index.ts';
import { createSigner, publicJwk } from '../../examples/remote-signer/server.ts';
import { createManualClock } from '../support/clocks.ts';
import { type KeySettings, keysConfig, openKeys } from '../support/keys.ts';
import { basicAuthorization } from '../support/setup/index.ts';

const algorithms = ['ES256', 'EdDSA', 'RS256', 'PS256'] as const;
const issuer = 'http://op.test';
const audience = 'https://api.test';

const listen = async (t: Test, server: Server): Promise<string> => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  // A server that listens on TCP has an address with a port.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
};

const started = async (t: Test, settings: KeySettings) => {
  const clock = createManualClock();
  const store = await openStore('memory:', { clock });
  const { keys } = await openKeys(store, clock, keysConfig(settings));
  t.teardown(() => keys.close().then(() => store.close()));
  return { keys, clock };
};

const nothing = async (): Promise<undefined> => undefined;

/** A store is not needed for signed tokens. */
const nothingKept = {
  upsert: nothing,
  find: nothing,
  findByUid: nothing,
  findByUserCode: nothing,
  consume: nothing,
  destroy: nothing,
  revokeByGrantId: nothing,
};

/** There is a client for each algorithm, whose id is the algorithm. */
const engine = (keySet: KeySet): Provider => {
  const signing = [...keySet.algorithms];
  const configuration: Configuration = {
    adapter: () => nothingKept,
    jwks: { keys: externalKeys(keySet.signing) },
    cookies: { keys: keySet.cookieKeys },
    enabledJWA: {
      idTokenSigningAlgValues: signing,
      userinfoSigningAlgValues: signing,
      introspectionSigningAlgValues: signing,
      authorizationSigningAlgValues: signing,
    },
    clientDefaults: { id_token_signed_response_alg: signing[0] },
    clients: signing.map((alg) => ({
      client_id: alg,
      client_secret: 'a-secret-of-a-test',
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      id_token_signed_response_alg: alg,
      userinfo_signed_response_alg: alg,
      introspection_signed_response_alg: alg,
      authorization_signed_response_alg: alg,
    })),
    features: {
      externalSigningSupport: { enabled: true, ack: 'experimental-01' },
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
      jwtIntrospection: { enabled: true },
      jwtUserinfo: { enabled: true },
      jwtResponseModes: { enabled: true },
      backchannelLogout: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        getResourceServerInfo: (_ctx, _resource, client) => ({
          scope: '',
          audience,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: client.idTokenSignedResponseAlg as 'ES256' } },
        }),
      },
    },
  };
  return new Provider(issuer, configuration);
};

const clientOf = async (provider: Provider, alg: string) => {
  const client = await provider.Client.find(alg);
  if (client) return client;
  throw new Error(`no client ${alg}`);
};

const uses = ['idtoken', 'logout', 'userinfo', 'introspection', 'authorization'] as const;

const issue = async (provider: Provider, alg: string, use: (typeof uses)[number] = 'idtoken') => {
  const token = new provider.IdToken({}, { client: await clientOf(provider, alg) });
  token.set('sub', 'someone');
  return token.issue({ use });
};

const kidOf = (keySet: KeySet, alg: string) =>
  keySet.signing.find((key) => key.alg === alg && key.key_ops === undefined)?.kid;

/** Verifies as a relying party that knows only the published key set. */
const verified = (jwt: string, keySet: KeySet) =>
  jwtVerify(jwt, createLocalJWKSet({ keys: keySet.publicJwks.keys.map((jwk) => ({ ...jwk })) }));

t.test('the engine signs with external keys only', async (t) => {
  const { keys, clock } = await started(t, { algorithms });
  const before = keys.current();
  const provider = engine(before);
  const url = await listen(t, createServer(provider.callback()));
  const hints = new Map<string, string>();

  for (const alg of algorithms) {
    t.test(`RFC 7518 §3: ${alg} is used for everything that is signed with it`, async (t) => {
      for (const use of uses) {
        const { protectedHeader } = await verified(await issue(provider, alg, use), before);
        t.match(protectedHeader, { alg, kid: kidOf(before, alg) }, use);
      }
      hints.set(alg, await issue(provider, alg));
      const response = await fetch(`${url}token`, {
        method: 'POST',
        headers: basicAuthorization(alg, 'a-secret-of-a-test'),
        body: new URLSearchParams({ grant_type: 'client_credentials' }),
      });
      const answer = Object(await response.json());
      const { protectedHeader, payload } = await verified(answer.access_token, before);
      t.match(protectedHeader, { alg, kid: kidOf(before, alg), typ: 'at+jwt' }, 'an access token');
      t.equal(payload.aud, audience);
    });
  }

  t.test("the engine's key set describes each key as the published one does", async (t) => {
    t.same(await (await fetch(`${url}jwks`)).json(), before.publicJwks);
  });

  t.test('an id_token_hint signed by a retired key still verifies, and the key signs no more', async (t) => {
    await keys.rotate();
    clock.advance(12 * 60_000);
    const after = keys.current();
    const successor = engine(after);
    for (const alg of algorithms) {
      const hint = hints.get(alg) ?? '';
      const { payload } = await successor.IdToken.validate(hint, await clientOf(successor, alg));
      t.equal(payload['sub'], 'someone');
      t.equal((await verified(hint, after)).payload.sub, 'someone');
      const { protectedHeader } = await verified(await issue(successor, alg), after);
      t.not(protectedHeader.kid, kidOf(before, alg), alg);
      t.equal(protectedHeader.kid, kidOf(after, alg), alg);
      const retired = externalKeys(after.signing).find(({ kid }) => kid === kidOf(before, alg));
      t.throws(() => retired?.sign(Buffer.from('x')), /no longer signs/);
    }
    clock.advance(2 * 3_600_000);
    const forgotten = engine(keys.current());
    await t.rejects(forgotten.IdToken.validate(hints.get('ES256') ?? '', await clientOf(forgotten, 'ES256')));
  });
});

t.test('a key held by a signing service is used', async (t) => {
  const pemOf = (): string =>
    generateKeyPairSync('ec', { namedCurve: 'P-256' })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString();
  const pem = pemOf();
  const token = 'a-token-of-a-test';
  const url = await listen(t, createSigner({ pem, token, kid: 'remote-1', alg: 'ES256' }));
  const remote = { url, kid: 'remote-1', alg: 'ES256', public_jwk: publicJwk(pem), token } as const;

  t.test("a remote key signs the engine's tokens, in preference to a key in the store", async (t) => {
    const { keys } = await started(t, { algorithms: ['ES256', 'EdDSA'], remote: [remote] });
    const keySet = keys.current();
    t.equal(keySet.publicJwks.keys.length, 2, 'no key is made for what the service signs');
    const { protectedHeader } = await verified(await issue(engine(keySet), 'ES256'), keySet);
    t.same(protectedHeader, { alg: 'ES256', kid: 'remote-1' });
    const listed = keys.list().find(({ kid }) => kid === 'remote-1');
    t.match(listed, { alg: 'ES256', held: 'remote', stage: 'active' });
    t.notOk(JSON.stringify([keys.list(), keySet]).includes(token));
    await t.rejects(keys.rotate('ES256'), { code: 'remote_key', exit: 4 });
    t.equal((await keys.rotate()).length, 4, 'the others rotate');
  });

  t.test('a remote key is published first and replaces a key in the store at its time', async (t) => {
    const from = Date.UTC(2026, 0, 1, 1);
    const later = { ...remote, active_from: new Date(from).toISOString() };
    const { keys, clock } = await started(t, { algorithms: ['ES256'], remote: [later] });
    const before = keys.current();
    const own = kidOf(before, 'ES256');
    t.equal(before.publicJwks.keys.length, 2);
    t.not(own, 'remote-1');
    clock.advance(3_600_000);
    t.equal(kidOf(keys.current(), 'ES256'), 'remote-1');
    t.ok(keys.current().publicJwks.keys.some(({ kid }) => kid === own));
    t.same(await keys.prune(own), [own], 'the former one may be taken out');
  });

  t.test(
    'a signing service that answers wrongly or not at all yields no token and reveals nothing private',
    async (t) => {
      const stranger = createSigner({ pem: pemOf(), token, kid: 'remote-1', alg: 'ES256' });
      const silent = createServer((_request, response) => response.end('{}'));
      const redirecting = createServer((_request, response) =>
        response.writeHead(307, { location: url }).end(),
      );
      const wrong = [
        { ...remote, token: 'another-token' },
        { ...remote, url: await listen(t, stranger) },
        { ...remote, url: await listen(t, silent) },
        { ...remote, url: await listen(t, redirecting) },
        { ...remote, url: 'http://127.0.0.1:1/' },
      ];
      for (const one of wrong) {
        const { keys } = await started(t, { algorithms: ['ES256'], remote: [one] });
        await t.rejects(issue(engine(keys.current()), 'ES256'), {
          name: 'StoreUnavailable',
          message: /^the remote signer [a-z0-9 -]+$/,
        });
      }
    },
  );

  t.test('a wrongly described remote key ends the start with exit code 78', async (t) => {
    const { d } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
    const wrong = [
      { ...remote, url: 'http://signer.test/' },
      { ...remote, public_jwk: { ...remote.public_jwk, d: d ?? '' } },
      { ...remote, public_jwk: { kty: 'EC' } },
      { ...remote, alg: 'RS256' as const },
    ];
    for (const one of wrong) {
      await t.rejects(started(t, { remote: [one] }), { exit: 78, message: /^keys\.remote, remote-1: / });
    }
  });
});
