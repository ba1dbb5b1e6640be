import t from 'tap';
import { makeCertificate } from '../support/certificates.ts';
import { newKey, proof, seconds } from '../support/proofs.ts';
import { rawRequest, sendRaw } from '../support/raw-http.ts';
import {
  Browser,
  basicAuthorization,
  codeFor,
  postForm,
  redirectUri,
  secret,
} from '../support/setup/index.ts';
import { startSecurityTest, threeClients } from './security-test.ts';

type Claims = Readonly<Record<string, unknown>>;

t.test('a stolen token or proof is of no use without its key (RFC 9449 §2, §11)', async (t) => {
  const { issuer, app, events } = await startSecurityTest(t);
  const key = await newKey();
  const thief = await newKey();
  const userinfo = `${issuer}/userinfo`;
  const token = `${issuer}/oauth/token`;
  const { code, verifier } = await codeFor(app, new Browser());
  const { body } = await app.redeem(code, verifier);
  t.equal(body['token_type'], 'Bearer');
  const second = await codeFor(app, new Browser());
  const fields = {
    grant_type: 'authorization_code',
    code: second.code,
    redirect_uri: redirectUri,
    code_verifier: second.verifier,
  };
  const bound = await postForm(token, fields, {
    ...basicAuthorization('app', secret),
    dpop: await proof(key, token),
  });
  t.equal(bound.body.token_type, 'DPoP');
  const stolen = String(bound.body.access_token);
  const use = (headers: Readonly<Record<string, string>>) => fetch(userinfo, { headers });
  const own = (claims: Claims = {}, header: Claims = {}, by = key) =>
    proof(by, userinfo, { htm: 'GET', token: stolen, ...claims }, header);
  t.equal(
    (await use({ authorization: `DPoP ${stolen}`, dpop: await own() })).status,
    200,
    'with its key it is good',
  );

  const used = await own();
  t.equal((await use({ authorization: `DPoP ${stolen}`, dpop: used })).status, 200);
  const refused: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    'as a bearer token': { authorization: `Bearer ${stolen}` },
    'as a bearer token, with a proof': { authorization: `Bearer ${stolen}`, dpop: await own() },
    'without a proof': { authorization: `DPoP ${stolen}` },
    'with the key of the thief': { authorization: `DPoP ${stolen}`, dpop: await own({}, {}, thief) },
    'with the key named, and not used': {
      authorization: `DPoP ${stolen}`,
      dpop: await own({}, { jwk: key.jwk }, thief),
    },
    'with a proof that was used': { authorization: `DPoP ${stolen}`, dpop: used },
    'with a proof for another method': { authorization: `DPoP ${stolen}`, dpop: await own({ htm: 'POST' }) },
    'with a proof for another endpoint': { authorization: `DPoP ${stolen}`, dpop: await own({ htu: token }) },
    'with a proof for the alias': {
      authorization: `DPoP ${stolen}`,
      dpop: await own({ htu: `${issuer}/oauth/userinfo` }),
    },
    'with a proof for another host': {
      authorization: `DPoP ${stolen}`,
      dpop: await own({ htu: 'http://evil.test/userinfo' }),
      'x-forwarded-host': 'evil.test',
    },
    'with a proof for https': {
      authorization: `DPoP ${stolen}`,
      dpop: await own({ htu: userinfo.replace('http:', 'https:') }),
      'x-forwarded-proto': 'https',
    },
    'with a proof for another token': { authorization: `DPoP ${stolen}`, dpop: await own({ token: 'x' }) },
    'with a proof for no token': { authorization: `DPoP ${stolen}`, dpop: await own({ token: undefined }) },
    'with an old proof': { authorization: `DPoP ${stolen}`, dpop: await own({ iat: seconds() - 3600 }) },
    'with a proof of tomorrow': {
      authorization: `DPoP ${stolen}`,
      dpop: await own({ iat: seconds() + 3600 }),
    },
    'with an unbound token and a proof': {
      authorization: `DPoP ${body['access_token']}`,
      dpop: await own({ token: String(body['access_token']) }),
    },
  };
  for (const [name, headers] of Object.entries(refused)) {
    const answer = await use(headers);
    t.ok(answer.status === 401 || answer.status === 400, `${name}: ${answer.status}`);
    t.notMatch(await answer.text(), /"sub"/);
    t.match(events.at(-1), { type: 'userinfo.refused', outcome: 'refused' });
  }
  const none = Buffer.from(JSON.stringify({ typ: 'dpop+jwt', alg: 'none', jwk: key.jwk })).toString(
    'base64url',
  );
  const [, claims] = (await own()).split('.');
  for (const dpop of [
    `${none}.${claims}.`,
    'x',
    'a.b.c',
    `${await own()}, ${await own()}`,
    'a'.repeat(8000),
  ]) {
    t.equal(
      (await use({ authorization: `DPoP ${stolen}`, dpop })).status,
      401,
      `a proof such as ${dpop.slice(0, 20)}`,
    );
  }
});

t.test('a certificate counts only from a trusted proxy in the configured header (CWE-290)', async (t) => {
  const authority = makeCertificate({ subject: [['2.5.4.3', 'Authority']] });
  const { header, escaped } = makeCertificate({ issuer: authority, subject: [['2.5.4.3', 'payments']] });
  const client = {
    client_id: 'tls',
    grant_types: ['client_credentials'],
    response_types: [],
    token_endpoint_auth_method: 'tls_client_auth',
    tls_client_auth_subject_dn: 'CN=payments',
  };
  const body = 'grant_type=client_credentials&client_id=tls';
  const form = { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': String(body.length) };
  const forms: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    'RFC 9440': { 'Client-Cert': header },
    Envoy: { 'X-Forwarded-Client-Cert': `Cert="${escaped}"` },
    nginx: { 'Client-Certificate': escaped, 'Client-Certificate-CA-Verified': 'SUCCESS' },
  };
  const stranger = await startSecurityTest(t, { clients: [...threeClients.clients, client] });
  const behind = await startSecurityTest(t, {
    clients: [...threeClients.clients, client],
    proxy: { trusted: ['10.0.0.0/8', '::ffff:10.0.0.0/104'] },
  });
  for (const { issuer, host, events, stored } of [stranger, behind]) {
    const documents = await stored();
    for (const [name, headers] of Object.entries(forms)) {
      for (const more of [{}, { 'X-Forwarded-For': '10.0.0.1' }, { Forwarded: 'for=10.0.0.1' }]) {
        const { status, text } = await sendRaw(
          issuer,
          rawRequest('POST', '/oauth/token', { Host: host, ...form, ...headers, ...more }, body),
        );
        t.equal(status, 400, `${name} from a stranger`);
        t.notMatch(text, /access_token/);
        t.match(events.at(-1), {
          type: 'certificate.refused',
          outcome: 'refused',
          reason: 'untrusted_proxy',
          address: '127.0.0.1',
        });
      }
      const disguised = Object.fromEntries(
        Object.entries(headers).map(([one, value]) => [one.replaceAll('-', '_'), value]),
      );
      const { status } = await sendRaw(
        issuer,
        rawRequest('POST', '/oauth/token', { Host: host, ...form, ...disguised }, body),
      );
      t.equal(status, 401, `${name} under a name that only looks like it`);
    }
    t.equal(await stored(), documents);
  }
  const trusting = (client_certificate_header: string) =>
    startSecurityTest(t, {
      clients: [...threeClients.clients, client],
      proxy: { trusted: ['127.0.0.1'], client_certificate_header, client_certificates_verified: true },
    });
  const kinds = ['client-certificate', 'x-forwarded-client-cert', 'client-cert'];
  const scenes = new Map(await Promise.all(kinds.map(async (kind) => [kind, await trusting(kind)] as const)));
  const sceneFor = (headers: object) => {
    const names = Object.keys(headers).map((name) => name.toLowerCase());
    const scene = scenes.get(kinds.find((kind) => names.some((name) => name.startsWith(kind))) ?? '');
    if (!scene) throw new Error('no such header');
    return scene;
  };
  const send = (headers: Readonly<Record<string, string>>, { issuer, host } = sceneFor(headers)) =>
    sendRaw(issuer, rawRequest('POST', '/oauth/token', { Host: host, ...form, ...headers }, body));
  const unused = await trusting('none');
  for (const [name, headers] of Object.entries(forms)) {
    t.equal((await send(headers)).status, 200, `${name} from the proxy is good`);
    t.equal((await send(headers, unused)).status, 401, `${name} through a proxy that sets none is not`);
  }

  await t.test(
    'a repeated, malformed or trailing certificate header is refused (CWE-20, CWE-444)',
    async (t) => {
      const junk = 14_000;
      const wrong: Readonly<Record<string, Readonly<Record<string, string>>>> = {
        'one of the caller before that of the proxy': { 'Client-Cert': header, 'client-cert': header },
        'two elements of Envoy': {
          'X-Forwarded-Client-Cert': `Cert="${escaped}"`,
          'x-forwarded-client-cert': `Cert="${escaped}"`,
        },
        'two of the pair': {
          'Client-Certificate': escaped,
          'client-certificate': escaped,
          'Client-Certificate-CA-Verified': 'SUCCESS',
        },
        'two words for it': {
          'Client-Certificate': escaped,
          'Client-Certificate-CA-Verified': 'SUCCESS',
          'client-certificate-ca-verified': 'NONE',
        },
        'a heap of base64': { 'Client-Cert': `:${'A'.repeat(junk)}:` },
        'a heap of padding': { 'Client-Cert': `:${'='.repeat(junk)}:` },
        'a heap of links': { 'Client-Cert': header, 'Client-Cert-Chain': ':AAAA:,'.repeat(junk / 8) },
        'a heap of escapes': { 'X-Forwarded-Client-Cert': `Cert="${'\\'.repeat(junk)}` },
        'a heap of elements': { 'X-Forwarded-Client-Cert': 'a=;'.repeat(junk / 4).concat('"') },
        'a heap of percents': {
          'Client-Certificate': '%'.repeat(junk),
          'Client-Certificate-CA-Verified': 'SUCCESS',
        },
      };
      for (const [what, headers] of Object.entries(wrong)) {
        const { status, text } = await send(headers);
        t.equal(status, 400, what);
        t.notMatch(text, /access_token|AAAA|%%/);
        const { events } = sceneFor(headers);
        t.match(events.at(-1), { type: 'certificate.refused', reason: 'unreadable' }, what);
      }
      t.equal((await send({ 'Client-Cert': `:${'A'.repeat(40_000)}:` })).status, 431, 'more than any header');
      const { 'Content-Length': _, ...chunked } = {
        ...form,
        'Transfer-Encoding': 'chunked',
        Trailer: 'Client-Cert',
      };
      const inChunks = `${body.length.toString(16)}\r\n${body}\r\n0\r\nClient-Cert: ${header}\r\n\r\n`;
      const { issuer, host } = sceneFor({ 'Client-Cert': header });
      const late = await sendRaw(
        issuer,
        rawRequest('POST', '/oauth/token', { Host: host, ...chunked }, inChunks),
      );
      t.equal(late.status, 401, 'a trailer is no header');
    },
  );
});
