import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeJwt, importJWK, type JWK } from 'jose';
import { freePort } from 'postern/testing';
import t, { type Test } from 'tap';
import { parse } from 'yaml';
import { assertion, assertionType, type ClientKey, newKey, proof, requestObject } from '../support/proofs.ts';
import { rawRequest, sendRaw } from '../support/raw-http.ts';
import {
  basicAuthorization,
  httpGet,
  newVerifier,
  postForm,
  startInProcess,
  startProgram,
} from '../support/setup/index.ts';
import { type BrowserEntry, SuiteBrowser } from '../support/suite-browser.ts';

t.setTimeout(240_000);

interface Client {
  readonly client_id: string;
  readonly client_secret?: string;
  readonly redirect_uris: readonly string[];
  readonly scope?: string;
  readonly jwks?: { readonly keys: readonly JWK[] };
  readonly [name: string]: unknown;
}

interface Plan {
  readonly alias: string;
  readonly server: { readonly discoveryUrl: string; readonly login_hint: string };
  readonly client: Client;
  readonly client2: Client;
  readonly client_secret_post?: Client;
  readonly mtls?: Readonly<Record<'cert' | 'key' | 'ca', string>>;
  readonly mtls2?: Readonly<Record<'cert' | 'key' | 'ca', string>>;
  readonly resource?: { readonly resourceUrl: string };
  readonly browser?: readonly BrowserEntry[];
  readonly override?: Readonly<Record<string, { readonly browser: readonly BrowserEntry[] }>>;
  readonly automated_ciba_approval_url?: string;
}

interface Configuration {
  readonly issuer: string;
  readonly clients: readonly Client[];
  readonly accounts: readonly {
    readonly username: string;
    readonly password: string;
    readonly birthdate?: string;
  }[];
}

const example = 'examples/conformance';
const suite = 'https://www.certification.openid.net';
const readConfiguration = (folder: string): Configuration =>
  parse(readFileSync(join(folder, 'postern.yaml'), 'utf8'));
const planNames = readdirSync(`${example}/plans`);
const readPlan = (folder: string, name: string): Plan =>
  JSON.parse(readFileSync(join(folder, 'plans', `${name}.json`), 'utf8'));

const plansOf = (folder: string) =>
  planNames.map((file) => [file, readPlan(folder, file.replace(/\.json$/, ''))] as const);

/** What a plan names and the configuration lacks. */
const missingFrom = ({ issuer, clients, accounts }: Configuration, plan: Plan): readonly string[] => {
  const missing: string[] = [];
  const check = (isThere: boolean, what: string) => isThere || missing.push(what);
  const at = `${suite}/test/a/${plan.alias}`;
  check(plan.server.discoveryUrl === `${issuer}/.well-known/openid-configuration`, 'the issuer');
  check(
    accounts.some(({ username }) => username === plan.server.login_hint),
    `the account ${plan.server.login_hint}`,
  );
  const entries = [plan.client, plan.client2, plan.client_secret_post].filter((one) => one !== undefined);
  for (const [position, entry] of entries.entries()) {
    const id = entry.client_id;
    const client = clients.find(({ client_id }) => client_id === id);
    if (!client) {
      missing.push(`the client ${id}`);
      continue;
    }
    check(entry.client_secret === client.client_secret, `the secret of ${id}`);
    for (const { kid, x, n } of entry.jwks?.keys ?? []) {
      const known = client.jwks?.keys.find((key) => key.kid === kid);
      check(
        known !== undefined && (x ?? n ?? known.x ?? known.n) === (known.x ?? known.n),
        `the key ${kid} of ${id}`,
      );
    }
    const query = position === 1 && id.startsWith('fapi2') ? '?dummy1=lorem&dummy2=ipsum' : '';
    const needsCallback = !id.startsWith('ciba');
    check(!needsCallback || client.redirect_uris.includes(`${at}/callback${query}`), `the callback of ${id}`);
    if (id.startsWith('ciba-ping') || id.startsWith('ciba-mtls-ping'))
      check(
        client['backchannel_client_notification_endpoint'] === `${at}/ciba-notification-endpoint`,
        `${id}: ping`,
      );
  }
  return missing;
};

t.test('every plan names clients, secrets, keys and addresses that the configuration has', async (t) => {
  const configuration = readConfiguration(example);
  t.ok(planNames.length >= 11, String(planNames));
  for (const [name, plan] of plansOf(example)) t.same(missingFrom(configuration, plan), [], name);
  const { clients, accounts } = configuration;
  t.ok(Number(accounts[0]?.birthdate?.slice(0, 4)) >= 1900, 'the suite takes an earlier year for a mistake');
  const backchannel = (id: string) =>
    clients.find(({ client_id }) => client_id === id)?.['backchannel_logout_uri'];
  t.equal(backchannel(readPlan(example, 'oidcc-rp-initiated-logout').client.client_id), undefined);
  t.equal(
    backchannel(readPlan(example, 'oidcc-back-channel-logout').client.client_id),
    `${suite}/test/a/postern/backchannel_logout`,
  );
  const used = new Set(
    plansOf(example).flatMap(([, { client, client2 }]) => [client.client_id, client2.client_id]),
  );
  t.same(
    clients.map(({ client_id }) => client_id).filter((id) => !used.has(id)),
    ['post'],
    'and every client is used',
  );
});

t.test('a pattern fits addresses of one server, whatever their query holds', async (t) => {
  const { issuer } = readConfiguration(example);
  for (const [name, { browser = [], override = {} }] of plansOf(example)) {
    const entries = [browser, ...Object.values(override).map((module) => module.browser)].flat();
    const patterns = entries.flatMap(({ match, tasks }) => [match, ...tasks.map((task) => task.match)]);
    t.equal(patterns.length > 0, !name.startsWith('fapi-ciba'), name);
    t.same(
      patterns.filter((one) => !one.startsWith(`${issuer}/`) && !one.startsWith(`${suite}/`)),
      [],
      name,
    );
  }
});

t.test('the README names every plan and program', async (t) => {
  const readme = readFileSync(`${example}/README.md`, 'utf8');
  for (const file of [...planNames, 'prepare.js', 'approve.js', 'api.js', 'nginx.conf'])
    t.ok(readme.includes(`\`${file}\``), file);
});

const challengeOf = (verifier: string): string => createHash('sha256').update(verifier).digest('base64url');

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

const prepared = async (t: Test) => {
  const port = await freePort();
  const issuer = `http://localhost:${port}`;
  const folder = join(t.testdir(), 'run');
  const args = [`${example}/prepare.js`, folder, '--issuer', issuer];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  t.equal(status, 0, stderr);
  const configuration = readConfiguration(folder);
  const { store: _, ...settings } = parse(readFileSync(join(folder, 'postern.yaml'), 'utf8'));
  const server = await startInProcess(t, { ...settings, listen: { port } });
  t.equal(server.issuer, issuer);
  return { folder, issuer, configuration };
};

const keyOf = async ({ jwks }: Client): Promise<ClientKey> => {
  const [jwk] = jwks?.keys ?? [];
  if (jwk?.d === undefined || jwk.alg === undefined) throw new Error('the plan has no private key');
  return { privateKey: await importJWK(jwk), jwk, alg: jwk.alg, thumbprint: '' };
};

t.test(
  'the files that prepare.js writes work together',
  { skip: !hasOpenssl && 'needs openssl' },
  async (t) => {
    const { folder, issuer, configuration } = await prepared(t);
    const plan = (name: string): Plan => readPlan(folder, name);
    const byId = (id: string): Client => {
      const found = configuration.clients.find(({ client_id }) => client_id === id);
      if (!found) throw new Error(`no client ${id}`);
      return found;
    };
    const callback = `${suite}/test/a/postern/callback`;
    const authorize = (parameters: Readonly<Record<string, string>>) =>
      `${issuer}/oauth/authorize?${new URLSearchParams(parameters)}`;
    const request = (id: string, more: Readonly<Record<string, string>> = {}) =>
      authorize({ client_id: id, redirect_uri: callback, scope: 'openid', response_type: 'code', ...more });
    const redeem = (id: string, code: string | null) =>
      postForm(
        `${issuer}/oauth/token`,
        { grant_type: 'authorization_code', code: code ?? '', redirect_uri: callback },
        basicAuthorization(id, byId(id).client_secret ?? ''),
      );

    t.same(
      plansOf(folder).flatMap(([, one]) => missingFrom(configuration, one)),
      [],
      'every plan fits the new configuration',
    );
    const files = [...planNames.map((file) => `plans/${file}`), 'postern.yaml', 'nginx.conf'];
    for (const file of files)
      t.notMatch(
        readFileSync(join(folder, file), 'utf8'),
        /replace-|op\.example\.com\/(?!api|userinfo|people)/,
        file,
      );

    await t.test('Basic (OpenID Connect Core §3.1)', async (t) => {
      const { browser = [], override = {} } = plan('oidcc-basic');
      const person = new SuiteBrowser(suite);
      const scope = 'openid profile email address phone';
      await person.follow(
        request('basic', { scope, acr_values: 'urn:example:password', nonce: 'n', state: 's' }),
        browser,
      );
      t.equal(person.received.get('state'), 's');
      const { status, body } = await redeem('basic', person.received.get('code'));
      t.equal(status, 200, `${body['error_description']}`);
      t.match(decodeJwt(body.id_token ?? ''), { aud: 'basic', nonce: 'n', acr: 'urn:example:password' });
      const bearer = { authorization: `Bearer ${body.access_token}` };
      t.match((await httpGet(`${issuer}/userinfo`, bearer)).body, {
        name: 'Ada Lovelace',
        birthdate: '1985-12-10',
        address: {},
      });
      await person.follow(request('basic', { prompt: 'none' }), browser);
      t.ok(person.received.get('code'), 'prompt=none');
      await person.follow(request('basic', { max_age: '10000' }), browser);
      t.ok(person.received.get('code'), 'max_age');
      for (const [module, parameters] of [
        ['oidcc-prompt-login', { prompt: 'login' }],
        ['oidcc-max-age-1', { max_age: '0' }],
      ] as const) {
        await person.follow(request('basic', parameters), override[module]?.browser ?? []);
        t.ok(person.received.get('code'), `${module}: the user name is read-only this time`);
      }
      const foreign = request('basic', { redirect_uri: `${callback}/unregistered` });
      await person.follow(foreign, override['oidcc-ensure-registered-redirect-uri']?.browser ?? []);
      t.equal(new URL(person.page.url).origin, issuer, 'the error has a page');
      await t.rejects(person.follow(foreign, browser), 'which the other tasks would not accept');
      const post = new SuiteBrowser(suite);
      await post.follow(request('post'), browser);
      const fields = { grant_type: 'authorization_code', redirect_uri: callback, client_id: 'post' };
      const code = post.received.get('code') ?? '';
      const { client_secret = '' } = byId('post');
      t.equal((await postForm(`${issuer}/oauth/token`, { ...fields, code, client_secret })).status, 200);
    });

    await t.test('Form Post', async (t) => {
      const { browser = [] } = plan('oidcc-form-post');
      const person = new SuiteBrowser(suite);
      for (const round of ['first', 'second']) {
        await person.follow(request('basic', { response_mode: 'form_post', state: round }), browser);
        t.equal(person.received.get('state'), round);
        t.equal((await redeem('basic', person.received.get('code'))).status, 200);
      }
    });

    await t.test('RP-initiated and back-channel logout', async (t) => {
      for (const [name, id] of [
        ['oidcc-rp-initiated-logout', 'basic'],
        ['oidcc-back-channel-logout', 'logout'],
      ] as const) {
        const { browser = [], override = {} } = plan(name);
        const back = `${suite}/test/a/postern/post_logout_redirect`;
        const signedIn = async () => {
          const person = new SuiteBrowser(suite);
          await person.follow(request(id), browser);
          const { body } = await redeem(id, person.received.get('code'));
          return { person, hint: body.id_token ?? '' };
        };
        const logout = (parameters: Readonly<Record<string, string>>) =>
          `${issuer}/oauth/logout?${new URLSearchParams(parameters)}`;
        const { person, hint } = await signedIn();
        await person.follow(
          logout({ id_token_hint: hint, post_logout_redirect_uri: back, state: 'out' }),
          browser,
        );
        t.equal(person.received.get('state'), 'out', name);
        const modules = Object.entries(override);
        for (const [module, { browser: tasks }] of modules) {
          const { person, hint } = await signedIn();
          const end = module.slice('oidcc-rp-initiated-logout-'.length);
          const parameters: Readonly<Record<string, Readonly<Record<string, string>>>> = {
            'bad-post-logout-redirect-uri': { id_token_hint: hint, post_logout_redirect_uri: `${back}x` },
            'query-added-to-post-logout-redirect-uri': {
              id_token_hint: hint,
              post_logout_redirect_uri: `${back}?foo=bar`,
            },
            'modified-id-token-hint': {
              id_token_hint: `${hint.slice(0, -8)}AAAAAAAA`,
              post_logout_redirect_uri: back,
            },
            'bad-id-token-hint': { id_token_hint: 'bad', post_logout_redirect_uri: back },
            'no-id-token-hint': { post_logout_redirect_uri: back },
            'no-params': {},
            'no-post-logout-redirect-uri': { id_token_hint: hint },
            'only-state': { state: 'only' },
          };
          const sent = parameters[end];
          if (!sent) throw new Error(`unknown module ${module}`);
          await t.resolves(person.follow(logout(sent), tasks), module);
        }
        if (id === 'basic') t.equal(modules.length, 8);
      }
    });

    /** Pushes a request as a client of the plan does, and returns the address that the browser opens. */
    const push = async (client: Client, parameters: Readonly<Record<string, string>>, isSigned: boolean) => {
      const key = await keyOf(client);
      const id = client.client_id;
      const client_assertion = await assertion(key, id, issuer);
      const signed = { client_assertion_type: assertionType, client_assertion };
      const all = {
        client_id: id,
        response_type: 'code',
        scope: String(client.scope),
        redirect_uri: byId(id).redirect_uris[0] ?? '',
        ...parameters,
      };
      const fields = isSigned ? { request: await requestObject(key, id, issuer, all) } : all;
      const { status, body } = await postForm(`${issuer}/oauth/par`, { ...signed, ...fields });
      t.equal(status, 201, `${body['error_description']}`);
      return authorize({ client_id: id, request_uri: String(body.request_uri) });
    };

    await t.test('FAPI 2.0 with DPoP, and Message Signing', async (t) => {
      for (const name of [
        'fapi2-dpop',
        'fapi2-dpop-rsa',
        'fapi2-message-signing',
        'fapi2-message-signing-jarm',
      ]) {
        const { client, client2, browser = [], override = {}, resource } = plan(name);
        const isSigned = name.includes('signing');
        const isJarm = name.endsWith('jarm');
        const dpop = await newKey();
        const begin = async (of: Client) => {
          const verifier = newVerifier();
          const url = await push(
            of,
            {
              code_challenge: challengeOf(verifier),
              code_challenge_method: 'S256',
              ...(isJarm && { response_mode: 'jwt' }),
            },
            isSigned,
          );
          return { verifier, url };
        };
        const finish = async (of: Client, person: SuiteBrowser, verifier: string) => {
          const received = isJarm
            ? decodeJwt<Record<string, string>>(person.received.get('response') ?? '')
            : Object.fromEntries(person.received);
          const endpoint = `${issuer}/oauth/token`;
          const id = of.client_id;
          const { status, body } = await postForm(
            endpoint,
            {
              grant_type: 'authorization_code',
              code: String(received['code']),
              code_verifier: verifier,
              redirect_uri: byId(id).redirect_uris[0] ?? '',
              client_assertion_type: assertionType,
              client_assertion: await assertion(await keyOf(of), id, issuer),
            },
            { dpop: await proof(dpop, endpoint) },
          );
          t.equal(status, 200, `${name}: ${body['error_description']}`);
          const token = String(body.access_token);
          const url = resource?.resourceUrl ?? '';
          const seen = await httpGet(url, {
            authorization: `DPoP ${token}`,
            dpop: await proof(dpop, url, { htm: 'GET', token }),
          });
          t.equal(seen.body['name'], 'Ada Lovelace', 'the resource is there');
        };
        for (const one of [client, client2]) {
          const person = new SuiteBrowser(suite);
          const { url, verifier } = await begin(one);
          await person.follow(url, browser);
          await finish(one, person, verifier);
        }
        const module = (end: string) => override[`fapi2-security-profile-final-${end}`]?.browser ?? [];
        const refusing = new SuiteBrowser(suite);
        await refusing.follow((await begin(client)).url, module('user-rejects-authentication'));
        const answer = isJarm
          ? decodeJwt(refusing.received.get('response') ?? '')
          : Object.fromEntries(refusing.received);
        t.match(answer, { error: 'access_denied' });
        const again = new SuiteBrowser(suite);
        const { url } = await begin(client);
        for (const _ of [1, 2]) await again.follow(url, module('par-attempt-reuse-request_uri'));
        t.equal(new URL(again.page.url).origin, issuer, 'a used request_uri has a page');
        const opened = new SuiteBrowser(suite);
        const { url: twice, verifier } = await begin(client);
        const tasks = module('par-ensure-reused-request-uri-prior-to-auth-completion-succeeds');
        for (const _ of [1, 2]) await opened.follow(twice, tasks);
        await finish(client, opened, verifier);
        const other = new SuiteBrowser(suite);
        const foreign = new URL((await begin(client)).url);
        foreign.searchParams.set('client_id', client2.client_id);
        await other.follow(foreign.href, module('par-attempt-to-use-request_uri-for-different-client'));
        const unpushed = request(client.client_id, { scope: String(client.scope) });
        const plain = new SuiteBrowser(suite);
        await plain.follow(unpushed, module('ensure-unsigned-authorization-request-without-using-par-fails'));
        t.notMatch(plain.page.body, 'login-submit');
        const expired = authorize({
          client_id: client.client_id,
          request_uri: 'urn:ietf:params:oauth:request_uri:expired',
        });
        const late = new SuiteBrowser(suite);
        await late.follow(expired, module('par-attempt-to-use-expired-request_uri'));
      }
    });

    /** A request to the host for certificates, as nginx.conf forwards it. */
    const atMtlsHost = async (
      path: string,
      fields: Readonly<Record<string, string>>,
      certificate: string,
    ) => {
      const body = new URLSearchParams(fields).toString();
      const headers = {
        Host: 'mtls.op.example.com',
        'Content-Type': 'application/x-www-form-urlencoded',
        'Content-Length': String(body.length),
        'Client-Certificate': encodeURIComponent(certificate),
        'Client-Certificate-CA-Verified': 'SUCCESS',
      };
      const answer = await sendRaw(issuer, rawRequest('POST', path, headers, body));
      const json: Record<string, unknown> = JSON.parse(/\{.*\}/s.exec(answer.body)?.[0] ?? '{}');
      return { status: answer.status, body: json };
    };

    await t.test('FAPI 2.0 with mutual TLS', async (t) => {
      const { client, client2, mtls, mtls2, browser = [] } = plan('fapi2-mtls');
      for (const [{ client_id }, certificate] of [
        [client, mtls?.cert ?? ''],
        [client2, mtls2?.cert ?? ''],
      ] as const) {
        const verifier = newVerifier();
        const [redirect_uri = ''] = byId(client_id).redirect_uris;
        const pushed = await atMtlsHost(
          '/oauth/par',
          {
            client_id,
            response_type: 'code',
            scope: 'openid profile',
            redirect_uri,
            code_challenge: challengeOf(verifier),
            code_challenge_method: 'S256',
          },
          certificate,
        );
        t.equal(pushed.status, 201, `${pushed.body['error_description']}`);
        const person = new SuiteBrowser(suite);
        await person.follow(
          authorize({ client_id, request_uri: String(pushed.body['request_uri']) }),
          browser,
        );
        const code = person.received.get('code') ?? '';
        const fields = {
          grant_type: 'authorization_code',
          client_id,
          code,
          redirect_uri,
          code_verifier: verifier,
        };
        const { status, body } = await atMtlsHost('/oauth/token', fields, certificate);
        t.equal(status, 200, `${body['error_description']}`);
        t.match(decodeJwt(String(body['id_token'])), { aud: client_id });
      }
    });

    await t.test('FAPI-CIBA, with approve.js and api.js (OpenID Connect CIBA §7)', async (t) => {
      const [approvePort, apiPort] = [String(await freePort()), String(await freePort())];
      const audience = 'https://mtls.op.example.com/api';
      const approve = startProgram(t, `${example}/approve.js`, [], {
        env: { CONFIG: join(folder, 'postern.yaml'), PORT: approvePort },
      });
      const api = startProgram(t, `${example}/api.js`, [], {
        env: { ISSUER: issuer, AUDIENCE: audience, PORT: apiPort },
      });
      await Promise.all([approve.waitForOutput(/listening/), api.waitForOutput(/listening/)]);
      const call = async (token: unknown, certificate: string) =>
        fetch(`http://127.0.0.1:${apiPort}/api`, {
          headers: {
            authorization: `Bearer ${token}`,
            'client-certificate': encodeURIComponent(certificate),
            'x-fapi-interaction-id': 'an-id',
          },
        });
      for (const name of ['fapi-ciba-poll', 'fapi-ciba-mtls-poll', 'fapi-ciba-ping', 'fapi-ciba-mtls-ping']) {
        const { client, mtls, mtls2, automated_ciba_approval_url: approval = '' } = plan(name);
        const id = client.client_id;
        const key = await keyOf(client);
        const certificate = mtls?.cert ?? '';
        const authenticate = async (aud: string) =>
          name.includes('mtls')
            ? { client_id: id }
            : {
                client_assertion_type: assertionType,
                client_assertion: await assertion(key, id, issuer, { aud }),
              };
        const begin = async () => {
          const parameters = {
            scope: client.scope,
            login_hint: client['hint_value'],
            acr_values: client['acr_value'],
            client_id: undefined,
            ...(name.includes('ping') && { client_notification_token: 'a-token-of-the-suite' }),
          };
          const fields = { request: await requestObject(key, id, issuer, parameters) };
          const own = await authenticate(`${issuer}/oauth/ciba`);
          const { status, body } = await atMtlsHost('/oauth/ciba', { ...own, ...fields }, certificate);
          t.equal(status, 200, `${name}: ${body['error_description']}`);
          return String(body['auth_req_id']);
        };
        const decide = (auth_req_id: string, action: string) => {
          const url = new URL(approval.replace('{auth_req_id}', auth_req_id).replace('{action}', action));
          url.port = approvePort;
          return fetch(url);
        };
        const poll = async (auth_req_id: string) => {
          const fields = { grant_type: 'urn:openid:params:grant-type:ciba', auth_req_id };
          return atMtlsHost(
            '/oauth/token',
            { ...(await authenticate(`${issuer}/oauth/token`)), ...fields },
            certificate,
          );
        };
        const denied = await begin();
        t.equal((await decide(denied, 'deny')).status, 200);
        t.match(await poll(denied), { status: 400, body: { error: 'access_denied' } }, name);
        const allowed = await begin();
        t.equal((await decide(allowed, 'allow')).status, 200);
        const { status, body } = await poll(allowed);
        t.equal(status, 200, `${name}: ${body['error_description']}`);
        t.match(decodeJwt(String(body['id_token'])), { aud: id, acr: 'urn:example:password' });
        const answer = await call(body['access_token'], certificate);
        t.equal(answer.status, 200, `${name}: the API accepts the token`);
        t.equal(answer.headers.get('x-fapi-interaction-id'), 'an-id');
        t.equal((await call(body['access_token'], mtls2?.cert ?? '')).status, 401, 'from its client alone');
      }
    });
  },
);
