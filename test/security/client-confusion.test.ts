import t from 'tap';
import { assertion, assertionType, newKey } from '../support/proofs.ts';
import {
  Browser,
  basicAuthorization,
  type FormFields,
  newVerifier,
  password,
  postForm,
  RelyingParty,
  redirectParameters,
  redirectUri,
  secret,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';
import { startSecurityTest, threeClients } from './security-test.ts';

const key = await newKey();
const machine = { grant_types: ['client_credentials'], response_types: [] };
const raw = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });
const grant = { grant_type: 'client_credentials' };

t.test('a client authenticates only in the way it registered (CWE-287, CWE-1390)', async (t) => {
  const { issuer, events, stored } = await startSecurityTest(t, {
    security: {
      password: { memory_kib: 8192, passes: 1 },
      throttle: { failed_authentication_per_client: 0 },
    },
    clients: [
      ...threeClients.clients,
      {
        client_id: 'post',
        ...machine,
        client_secret: secret,
        token_endpoint_auth_method: 'client_secret_post',
      },
      {
        client_id: 'signer',
        ...machine,
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: { keys: [key.jwk] },
      },
      {
        client_id: 'hmac',
        ...machine,
        client_secret: secret,
        token_endpoint_auth_method: 'client_secret_jwt',
      },
      {
        client_id: 'tls',
        ...machine,
        token_endpoint_auth_method: 'tls_client_auth',
        tls_client_auth_subject_dn: 'CN=app',
      },
    ],
  });
  const documents = await stored();
  const jwt = {
    client_assertion_type: assertionType,
    client_assertion: await assertion(key, 'signer', issuer),
  };
  const cases: readonly (readonly [string, FormFields, Readonly<Record<string, string>>?])[] = [
    ['no secret', { ...grant, client_id: 'app' }],
    ['an empty secret in the body', { ...grant, client_id: 'app', client_secret: '' }],
    ['an empty secret in Basic', grant, raw('app:')],
    ['no colon in Basic', grant, raw('app')],
    ['nothing in Basic', grant, { authorization: 'Basic ' }],
    ['no id in Basic', grant, raw(`:${secret}`)],
    ['Basic that is no base64', grant, { authorization: 'Basic %%%' }],
    [
      'Basic with blanks in it',
      grant,
      { authorization: `Basic ${Buffer.from(`app:${secret}`).toString('base64').slice(0, 9)} x` },
    ],
    [
      'base64 with a tail',
      grant,
      { authorization: `Basic ${Buffer.from(`app:${secret}`).toString('base64')}=====` },
    ],
    ['a percent sign that encodes nothing', grant, raw(`app:%zz${secret}`)],
    ['a NUL after the id', grant, raw(`app%00:${secret}`)],
    ['a NUL after the secret', grant, raw(`app:${secret}%00`)],
    ['a line break', grant, raw(`app:${secret}\n`)],
    [
      'bytes that are no UTF-8',
      grant,
      {
        authorization: `Basic ${Buffer.concat([Buffer.from(`app:${secret}`), Buffer.from([0xff])]).toString('base64')}`,
      },
    ],
    ['the secret in capitals', grant, basicAuthorization('app', secret.toUpperCase())],
    ['the id in capitals', grant, basicAuthorization('APP', secret)],
    ['the secret cut short', grant, basicAuthorization('app', secret.slice(0, -1))],
    ['the secret twice', grant, basicAuthorization('app', secret + secret)],
    ['the secret of another client', grant, basicAuthorization('app', `${secret}-of-the-other`)],
    ['an unknown client', grant, basicAuthorization('nobody', secret)],
    ['__proto__', grant, basicAuthorization('__proto__', 'x')],
    ['constructor', grant, basicAuthorization('constructor', 'x')],
    ['another scheme', grant, { authorization: `Bearer ${secret}` }],
    [
      'Basic and a secret in the body',
      { ...grant, client_id: 'app', client_secret: secret },
      basicAuthorization('app', secret),
    ],
    [
      'Basic and an empty assertion',
      { ...grant, client_assertion: 'x', client_assertion_type: assertionType },
      basicAuthorization('app', secret),
    ],
    ['Basic of one, id of another', { ...grant, client_id: 'other' }, basicAuthorization('app', secret)],
    [
      'the id twice',
      [
        ['grant_type', 'client_credentials'],
        ['client_id', 'post'],
        ['client_id', 'app'],
        ['client_secret', secret],
      ],
    ],
    [
      'the secret twice over',
      [
        ['grant_type', 'client_credentials'],
        ['client_id', 'post'],
        ['client_secret', 'x'],
        ['client_secret', secret],
      ],
    ],
    ['the right secret in the wrong place, a signer', grant, basicAuthorization('signer', secret)],
    ['a signer by its id alone', { ...grant, client_id: 'signer' }],
    ['an assertion and a secret', { ...grant, ...jwt, client_secret: secret }],
    [
      'an assertion of another type',
      { ...grant, ...jwt, client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer' },
    ],
    ['an assertion with the id of another', { ...grant, ...jwt, client_id: 'app' }],
    ['the secret of an HMAC client as it is', grant, basicAuthorization('hmac', secret)],
    ['the secret of an HMAC client in the body', { ...grant, client_id: 'hmac', client_secret: secret }],
    ['a certificate client without a certificate', { ...grant, client_id: 'tls' }],
    ['a certificate from nobody in particular', { ...grant, client_id: 'tls' }, { 'client-cert': ':AAAA:' }],
    ['a public client where a secret is due', { ...grant, client_id: 'spa' }],
    ['a public client with a secret', { ...grant, client_id: 'spa', client_secret: 'x' }],
  ];
  const endpoints = ['token', 'introspect', 'revoke', 'par', 'device_authorization'];
  for (const [name, fields, headers = {}] of cases) {
    for (const endpoint of endpoints) {
      const publicMay = endpoint !== 'token' && name.startsWith('a public client where');
      if (publicMay) continue;
      const before = events.length;
      const all =
        Symbol.iterator in fields ? [...fields, ['token', 'x'] as const] : { ...fields, token: 'x' };
      const answer = await postForm(`${issuer}/oauth/${endpoint}`, all, headers);
      t.ok(answer.status === 401 || answer.status === 400, `${endpoint}: ${name}: ${answer.status}`);
      t.match(
        answer.body.error,
        /^(invalid_client|invalid_request|unauthorized_client)$/,
        `${endpoint}: ${name}`,
      );
      t.notMatch(JSON.stringify(answer.body), new RegExp(secret), 'the secret is not echoed');
      t.equal(events.slice(before).filter(({ outcome }) => outcome === 'refused').length, 1, 'one event');
      t.notOk(events.slice(before).some(({ outcome }) => outcome === 'ok'));
    }
  }
  t.equal(await stored(), documents, 'nothing was stored');
  const known = await postForm(`${issuer}/oauth/token`, grant, basicAuthorization('app', 'wrong'));
  const unknown = await postForm(`${issuer}/oauth/token`, grant, basicAuthorization('nobody', 'wrong'));
  t.same(unknown.body, known.body, 'an existing client looks like an unknown one (CWE-204)');
  t.equal(unknown.status, known.status);
});

t.test('a person whose sub is the id of the client gets no tokens for it (RFC 9068 §5)', async (t) => {
  const server = await startInProcess(t, usualConfig);
  const id = 'an-id-of-both';
  const client = { id, type: 'web', metadata: { redirect_uris: [redirectUri], first_party: true } } as const;
  const { secret: own = '' } = await server.addClient(client);
  await server.addAccount({ id, username: 'bob', password });
  const party = new RelyingParty(server.issuer, id, own);
  const browser = new Browser();
  const login = await browser.open(party.authorizationUrl(newVerifier()));
  const back = await browser.submit(login, { login: 'bob', password });
  t.equal(redirectParameters(back).get('error'), 'access_denied');
  t.equal(redirectParameters(back).get('code'), null);

  const other = new RelyingParty(server.issuer);
  const page = await browser.open(other.authorizationUrl(newVerifier()));
  const again = page.body.includes('login-submit')
    ? await browser.submit(page, { login: 'bob', password })
    : page;
  t.ok(redirectParameters(again).get('code'), 'other clients are not affected');
});
