import t, { type Test } from 'tap';
import { redirectUri, startInProcess, type TestServer, usualConfig } from '../support/setup/index.ts';

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

const send = async (url: string, method: string, token?: string, body?: object): Promise<Answer> => {
  const response = await fetch(url, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? {} : JSON.parse(text) };
};

const register = async (server: TestServer) => {
  const { status, body } = await send(`${server.issuer}/oauth/register`, 'POST', undefined, {
    redirect_uris: [redirectUri],
    client_name: 'Registered',
  });
  if (status !== 201) throw new Error(`registration failed: ${JSON.stringify(body)}`);
  const id = String(body['client_id']);
  const uri = String(body['registration_client_uri']);
  return {
    id,
    token: String(body['registration_access_token']),
    metadata: { client_id: id, redirect_uris: [redirectUri] },
    manage: (method: string, token: string, more?: object) => send(uri, method, token, more),
  };
};

const security = { throttle: { registration_per_address: 0 } };
const start = (t: Test) => startInProcess(t, { ...usualConfig, security, registration: { enabled: true } });

t.test(
  'of parallel updates with one token one succeeds, and only that one is kept (RFC 7592 §2.2)',
  async (t) => {
    const server = await start(t);
    for (const parallel of [4, 8]) {
      const { token, metadata, manage } = await register(server);
      const names = Array.from({ length: parallel }, (_, at) => `Update ${at}`);
      const answers = await Promise.all(
        names.map((client_name) => manage('PUT', token, { ...metadata, client_name })),
      );
      const statuses = answers.map(({ status }) => status).sort();
      t.strictSame(statuses, [200, ...Array.from({ length: parallel - 1 }, () => 401)]);
      const winner = answers.find(({ status }) => status === 200);
      const current = String(winner?.body['registration_access_token']);
      const kept = await manage('GET', current);
      t.equal(
        kept.body['client_name'],
        winner?.body['client_name'],
        'the update that was answered 200 is stored',
      );
      for (const { status, body } of answers) if (status === 401) t.equal(body['error'], 'invalid_token');
      t.equal((await manage('GET', token)).status, 401, 'the token was replaced once');
    }
  },
);

t.test('an update that raced a deletion does not bring the client back (RFC 7592 §2.3)', async (t) => {
  const server = await start(t);
  for (let round = 0; round < 5; round++) {
    const { id, token, metadata, manage } = await register(server);
    const answers = await Promise.all([
      manage('PUT', token, { ...metadata, client_name: 'One' }),
      manage('DELETE', token),
      manage('PUT', token, { ...metadata, client_name: 'Two' }),
      manage('DELETE', token),
    ]);
    const succeeded = answers.filter(({ status }) => status < 300);
    t.equal(succeeded.length, 1, `${answers.map(({ status }) => status)}: the token was good for one change`);
    const isDeleted = succeeded[0]?.status === 204;
    t.equal((await server.app.services.clients.get(id)) === undefined, isDeleted);
  }
});

t.test('an update can not restore a mark that an operator removes at the same time', async (t) => {
  const server = await start(t);
  const { clients } = server.app.services;
  const { id, token: first, metadata, manage } = await register(server);
  let token = first;
  for (let round = 0; round < 10; round++) {
    await clients.update(id, { first_party: true, pkce: 'exempt' });
    const [answer] = await Promise.all([
      // The client sends back what it read (RFC 7592 §2.2).
      manage('PUT', token, { ...metadata, first_party: true, pkce: 'exempt', client_name: `Round ${round}` }),
      (async () => {
        for (let turn = 0; turn < round * 2; turn++) await new Promise(setImmediate);
        await clients.update(id, { first_party: null, pkce: null });
      })(),
    ]);
    if (answer.status === 200) token = String(answer.body['registration_access_token']);
    else t.equal(answer.status, 400, JSON.stringify(answer.body));
    const kept = (await clients.get(id))?.metadata;
    t.strictSame([kept?.first_party, kept?.pkce], [undefined, undefined], `round ${round}`);
  }
});

t.test('an update can not bring back a client that an operator removes at the same time', async (t) => {
  const server = await start(t);
  const { clients } = server.app.services;
  for (let round = 0; round < 10; round++) {
    const { id, token, metadata, manage } = await register(server).catch(() => register(server));
    const [answer] = await Promise.all([
      manage('PUT', token, metadata),
      (async () => {
        for (let turn = 0; turn < round * 2; turn++) await new Promise(setImmediate);
        await clients.remove(id);
      })(),
    ]);
    t.ok([200, 401].includes(answer.status), String(answer.status));
    t.equal(await clients.get(id), undefined);
    t.equal((await manage('GET', token)).status, 401);
  }
});
