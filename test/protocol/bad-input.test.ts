import { request as send } from 'node:http';
import t, { type Test } from 'tap';
import {
  Browser,
  basicAuthorization,
  codeFor,
  RelyingParty,
  redirectUri,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';
import { entriesOf } from '../support/stored-entries.ts';

const server = await startInProcess(t, {
  ...usualConfig,
  clients: [
    ...usualConfig.clients.map((client) => ({ ...client, authorization_details_types: ['pay'] })),
    { client_id: 'public', token_endpoint_auth_method: 'none', redirect_uris: [redirectUri] },
    {
      client_id: 'device',
      token_endpoint_auth_method: 'none',
      grant_types: ['urn:ietf:params:oauth:grant-type:device_code'],
      response_types: [],
    },
  ],
  resources: [{ audience: 'https://api.example.com', scopes: ['read'] }],
});
const { issuer } = server;

const form = 'application/x-www-form-urlencoded';

interface Sent {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** Sends over a bare socket, so that no library corrects the request. */
const post = (
  path: string,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
  method = 'POST',
): Promise<Sent> =>
  new Promise((resolve, reject) => {
    const request = send(
      `${issuer}${path}`,
      { method, headers: { connection: 'close', ...headers } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    request.on('error', reject);
    request.end(body);
  });

/** Counts what is stored: a refused request leaves nothing. */
const stored = async (): Promise<number> => (await entriesOf(server.store)).length;

const bodies: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '/oauth/token': { grant_type: 'client_credentials', scope: '', resource: 'https://api.example.com' },
  '/oauth/introspect': { token: 'unknown', token_type_hint: 'access_token' },
  '/oauth/revoke': { token: 'unknown', token_type_hint: 'access_token' },
  '/oauth/par': {
    client_id: 'app',
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'openid',
    state: 'x',
    nonce: 'y',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWBbjHkrYqaFw',
    code_challenge_method: 'S256',
    prompt: 'login',
    max_age: '10',
    claims: '{}',
    acr_values: 'x',
    ui_locales: 'pl',
    login_hint: 'ada',
    response_mode: 'query',
    dpop_jkt: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWBbjHkrYqaFw',
  },
};
const authorize = { ...bodies['/oauth/par'] };

const isOAuthError = (t: Test, { status, headers, text }: Sent, why: string): void => {
  t.ok(status >= 400 && status < 500, `${why}: ${status}`);
  t.match(headers['content-type'], /^application\/json/, why);
  const { error } = JSON.parse(text);
  t.match(error, /^[a-z_]+$/, why);
  t.not(error, 'server_error', why);
  t.notMatch(text, /at .*\.(js|ts):\d+/, `${why}: no stack`);
  t.match(headers['cache-control'], 'no-store', why);
};

for (const [path, fields] of Object.entries(bodies)) {
  t.test(`${path}: a repeated parameter is refused (RFC 6749 §3.2)`, async (t) => {
    const before = await stored();
    for (const name of [...Object.keys(fields), 'client_id', 'client_secret', 'grant_type']) {
      if (name === 'resource') continue;
      if (path !== '/oauth/token' && name === 'grant_type') continue;
      const doubled = new URLSearchParams(fields);
      doubled.append(name, 'one');
      if (!(name in fields)) doubled.append(name, 'two');
      const answer = await post(path, doubled.toString(), {
        'content-type': form,
        ...basicAuthorization('app'),
      });
      isOAuthError(t, answer, `${name} twice`);
    }
    t.equal(await stored(), before, 'nothing is stored');
  });

  t.test(`${path}: only a form is accepted (RFC 6749 §4.1.3)`, async (t) => {
    const good = new URLSearchParams(fields).toString();
    const before = await stored();
    for (const [type, body] of [
      ['application/json', JSON.stringify(fields)],
      ['text/plain', good],
      [
        'multipart/form-data; boundary=x',
        `--x\r\ncontent-disposition: form-data; name="a"\r\n\r\nb\r\n--x--`,
      ],
      ['application/x-www-form-urlencoded-not', good],
      ['nonsense', good],
      [`${form}, application/json`, good],
    ] as const) {
      isOAuthError(t, await post(path, body, { 'content-type': type, ...basicAuthorization('app') }), type);
    }
    for (const charset of ['utf-16', 'nonsense']) {
      const type = `${form}; charset=${charset}`;
      t.ok(
        (await post(path, good, { 'content-type': type, ...basicAuthorization('app') })).status < 500,
        type,
      );
    }
    for (const encoding of ['gzip', 'br', 'nonsense']) {
      const sent = await post(path, good, {
        'content-type': form,
        'content-encoding': encoding,
        ...basicAuthorization('app'),
      });
      t.ok(sent.status < 500, `${encoding}: ${sent.status}`);
    }
    isOAuthError(t, await post(path, '', basicAuthorization('app')), 'nothing at all');
    isOAuthError(
      t,
      await post(path, '', { 'content-type': form, ...basicAuthorization('app') }),
      'an empty form',
    );
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH', 'HEAD']) {
      const { status } = await post(path, '', basicAuthorization('app'), method);
      t.ok(status === 404 || status === 405, `${method}: ${status}`);
    }
    t.equal(await stored(), before, 'nothing is stored');
  });

  t.test(`${path}: values of a wrong type or size are refused (RFC 6749 §5.2)`, async (t) => {
    const before = await stored();
    const huge = new URLSearchParams({ ...fields, state: 'x'.repeat(60_000), token: 'x'.repeat(60_000) });
    isOAuthError(
      t,
      await post(path, huge.toString(), { 'content-type': form, ...basicAuthorization('app') }),
      'sixty thousand characters',
    );
    const many = Array.from({ length: 5000 }, (_, at) => `p${at}=1`).join('&');
    const sent = await post(path, many, { 'content-type': form, ...basicAuthorization('app') });
    t.ok(sent.status >= 400 && sent.status < 500, `five thousand parameters: ${sent.status}`);
    for (const name of Object.keys(fields).filter(
      (one) =>
        ![
          'scope',
          'state',
          'nonce',
          'login_hint',
          'ui_locales',
          'token',
          'token_type_hint',
          'acr_values',
          'claims',
        ].includes(one),
    )) {
      for (const value of [
        '%00',
        '%ff%fe',
        '[]',
        '{}',
        'null',
        '%F0%9F%92%A9',
        "'%20OR%201=1--",
        '..%2f..%2f',
        '%0d%0aset-cookie:x',
        'x'.repeat(4000),
      ]) {
        const rest = new URLSearchParams(Object.entries(fields).filter(([key]) => key !== name)).toString();
        const answer = await post(path, `${rest}&${name}=${value}`, {
          'content-type': form,
          ...basicAuthorization('app'),
        });
        if (answer.status === 200 || answer.status === 201)
          t.equal(value.length > 3000, false, `${name}=${value.slice(0, 20)}`);
        else isOAuthError(t, answer, `${name}=${value.slice(0, 20)}`);
      }
    }
    for (const body of [
      'grant_type[]=client_credentials',
      'grant_type[a]=client_credentials',
      'grant_type.x=1',
      '__proto__=x&constructor=y&toString=z',
      '__proto__[grant_type]=client_credentials',
      '=',
      '&&&',
      '%',
      '%zz=%zz',
      'grant_type=client_credentials%00',
      '\u0000\u0001',
    ]) {
      isOAuthError(t, await post(path, body, { 'content-type': form, ...basicAuthorization('app') }), body);
    }
    t.equal(await stored(), before, 'nothing is stored');
  });
}

t.test('unknown and unsuitable grants are refused (RFC 6749 §5.2)', async (t) => {
  for (const [grant, error] of [
    ['password', 'unsupported_grant_type'],
    ['implicit', 'unsupported_grant_type'],
    ['nonsense', 'unsupported_grant_type'],
    ['__proto__', 'unsupported_grant_type'],
    ['constructor', 'unsupported_grant_type'],
    ['toString', 'unsupported_grant_type'],
    ['AUTHORIZATION_CODE', 'unsupported_grant_type'],
    ['urn:ietf:params:oauth:grant-type:jwt-bearer', 'unsupported_grant_type'],
    ['x'.repeat(5000), 'unsupported_grant_type'],
    ['authorization_code', 'invalid_request'],
    ['refresh_token', 'invalid_request'],
  ] as const) {
    const body = new URLSearchParams({ grant_type: grant }).toString();
    const answer = await post('/oauth/token', body, { 'content-type': form, ...basicAuthorization('app') });
    t.equal(answer.status, 400, grant.slice(0, 40));
    t.equal(JSON.parse(answer.text).error, error, grant.slice(0, 40));
    t.equal(JSON.parse(answer.text).error_uri, `${issuer}/errors/${error}`);
  }
  const ofDevice = new URLSearchParams({ client_id: 'device' });
  for (const [path, more] of [
    ['/oauth/token', 'grant_type=refresh_token&refresh_token=x'],
    ['/token', 'grant_type=client_credentials'],
    ['/oauth/token', 'grant_type=authorization_code&code=x'],
    ['/oauth/ciba', 'scope=openid&login_hint=ada'],
  ] as const) {
    const answer = await post(path, `${ofDevice}&${more}`, { 'content-type': form });
    t.match(JSON.parse(answer.text), { error: 'unauthorized_client' }, more);
    t.equal(answer.status, 400);
  }
  const notOfDevices = await post('/oauth/device_authorization', 'scope=openid', {
    'content-type': form,
    ...basicAuthorization('app'),
  });
  t.match(JSON.parse(notOfDevices.text), { error: 'unauthorized_client' }, 'RFC 8628 §3.2');
  for (const [field, value] of [
    ['code', 'x'],
    ['code', 'x'.repeat(10_000)],
    ['code', '../../..'],
    ['code', 'a.b.c'],
  ] as const) {
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      redirect_uri: redirectUri,
      code_verifier: 'x'.repeat(43),
      [field]: value,
    });
    const answer = await post('/oauth/token', body.toString(), {
      'content-type': form,
      ...basicAuthorization('app'),
    });
    t.equal(answer.status, 400);
    t.equal(JSON.parse(answer.text).error, 'invalid_grant');
  }
});

t.test('/oauth/authorize: repeated parameters and wrong types are refused (RFC 6749 §3.1)', async (t) => {
  const browser = new Browser();
  await codeFor(new RelyingParty(issuer), browser);
  const before = await stored();
  const ask = (query: string) =>
    browser.request(`${issuer}/oauth/authorize?${query}`, { headers: { accept: 'application/json' } });
  const errorIn = (page: Awaited<ReturnType<typeof ask>>): unknown => {
    const location = page.headers.get('location');
    return location === null
      ? JSON.parse(page.body).error
      : new URL(location, issuer).searchParams.get('error');
  };
  for (const name of Object.keys(authorize)) {
    const query = new URLSearchParams(authorize);
    query.append(name, 'one');
    const page = await ask(query.toString());
    t.ok(page.status === 303 || page.status === 400, `${name} twice: ${page.status}`);
    t.match(errorIn(page), /^(invalid_request|invalid_redirect_uri|invalid_client)$/, `${name} twice`);
  }
  for (const [name, value] of [
    ['max_age', '-1'],
    ['max_age', 'soon'],
    ['max_age', '1e9'],
    ['prompt', 'nonsense'],
    ['prompt', 'none login'],
    ['claims', 'nonsense'],
    ['claims', '[]'],
    ['claims', '{"id_token":7}'],
    ['claims', '{"userinfo":{"email":7}}'],
    ['scope', 'a"b'],
    ['response_type', 'code token'],
    ['response_type', 'none'],
    ['response_type', 'id_token'],
    ['code_challenge', 'short'],
    ['code_challenge', 'x'.repeat(200)],
    ['code_challenge_method', 'plain'],
    ['code_challenge_method', 's256'],
    ['resource', 'nonsense'],
    ['id_token_hint', 'nonsense'],
    ['registration', '{}'],
    ['request', 'nonsense'],
    ['request_uri', 'https://evil.example/'],
  ] as const) {
    const page = await ask(new URLSearchParams({ ...authorize, [name]: value }).toString());
    t.ok(page.status === 303 || page.status === 400, `${name}=${value}: ${page.status}`);
    t.match(errorIn(page), /^[a-z_]+$/, `${name}=${value.slice(0, 30)}`);
    t.not(errorIn(page), 'server_error', `${name}=${value.slice(0, 30)}`);
  }
  for (const uri of [
    'https://evil.example/',
    `${redirectUri}/`,
    `${redirectUri}?a`,
    `${redirectUri}#a`,
    redirectUri.toUpperCase(),
    '//evil.example',
    'javascript:alert(1)',
    'nonsense',
    '',
  ]) {
    const page = await ask(new URLSearchParams({ ...authorize, redirect_uri: uri }).toString());
    t.equal(page.status, 400, `${uri}: an error is never sent to an address that is not registered`);
    t.equal(page.headers.get('location'), null);
  }
  t.equal(await stored(), before, 'nothing is stored');
});

t.test('the depth of JSON in a parameter is limited (RFC 6749 §5.2)', async (t) => {
  const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
  const before = await stored();
  for (const depth of [40, 3900, 9000, 25_000]) {
    for (const parameter of [
      { claims: `{"id_token":{"x":{"values":${nested(depth)}}}}` },
      { claims: nested(depth) },
      { authorization_details: `[{"type":"pay","x":${nested(depth)}}]` },
      { authorization_details: nested(depth) },
    ]) {
      const fields = new URLSearchParams({ ...bodies['/oauth/par'], ...parameter }).toString();
      const answer = await post('/oauth/par', fields, { 'content-type': form, ...basicAuthorization('app') });
      isOAuthError(t, answer, `${Object.keys(parameter)} ${depth} deep`);
    }
    for (const [path, client] of [
      ['/oauth/par', 'public'],
      ['/oauth/device_authorization', 'device'],
    ] as const) {
      const about = { client_id: client, iss: client, aud: issuer };
      const claims = JSON.stringify({ ...about, x: 'deep' }).replace('"deep"', nested(depth));
      const parts = ['{"alg":"ES256"}', claims, 'x'].map((part) => Buffer.from(part).toString('base64url'));
      const fields = new URLSearchParams({ client_id: client, request: parts.join('.') }).toString();
      const { status } = await post(path, fields, { 'content-type': form });
      t.match(String(status), /^4/, `a request object at ${path} ${depth} deep`);
    }
  }
  t.equal(await stored(), before, 'nothing is stored');
});

t.test('a request object whose parameters can be no text is refused', async (t) => {
  const values: readonly unknown[] = [
    { toString: 'x' },
    [{ toString: 'x' }],
    { 'to\\u0053tring': 1 },
    { a: { toString: 1 } },
  ];
  for (const value of values) {
    const about = { client_id: 'public', iss: 'public', aud: issuer };
    for (const name of ['scope', 'resource', 'claims', 'authorization_details', 'state', 'client_id']) {
      const claims = JSON.stringify({ ...about, [name]: value }).replaceAll('\\\\', '\\');
      const parts = ['{"alg":"ES256"}', claims, 'x'].map((part) => Buffer.from(part).toString('base64url'));
      const fields = new URLSearchParams({ client_id: 'public', request: parts.join('.') }).toString();
      const answer = await post('/oauth/par', fields, { 'content-type': form });
      isOAuthError(t, answer, `${name}: ${JSON.stringify(value)}`);
    }
  }
});

t.test(
  '/userinfo: a missing token, and one sent twice or in two ways, are refused (RFC 6750 §3.1)',
  async (t) => {
    for (const [headers, body] of [
      [{}, ''],
      [{ authorization: 'Bearer' }, ''],
      [{ authorization: 'Bearer ' }, ''],
      [{ authorization: 'Bearer a b' }, ''],
      [{ authorization: 'Bearer nonsense' }, ''],
      [{ authorization: 'Bearer a.b.c' }, ''],
      [{ authorization: `Bearer ${'x'.repeat(8000)}` }, ''],
      [{ authorization: 'Nonsense x' }, ''],
      [{ authorization: 'Bearer x', 'content-type': form }, 'access_token=y'],
      [{ 'content-type': form }, 'access_token=x&access_token=y'],
      [{ 'content-type': 'application/json' }, '{"access_token":"x"}'],
    ] as const) {
      const { status, headers: sent } = await post('/userinfo', body, headers);
      t.ok(status === 400 || status === 401, `${JSON.stringify(headers)}: ${status}`);
      t.ok(sent['www-authenticate'], 'with a challenge');
    }
    const inQuery = await post('/userinfo?access_token=x', '', {}, 'GET');
    t.ok(inQuery.status === 400 || inQuery.status === 401, 'never in the address (RFC 9700 §4.3.2)');
  },
);
