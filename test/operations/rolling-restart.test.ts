import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { freePort } from '#src/testing/free-port.ts';
import { startBalancer } from '../support/balancer.ts';
import { ensureRedis, freshPrefix } from '../support/redis.ts';
import {
  Browser,
  codeFor,
  RelyingParty,
  type ServerProcess,
  startServerProcess,
  usualConfig,
} from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';

const patientMs = 20_000;

t.test(
  'three servers behind a proxy are restarted one by one under load, and no request fails',
  async (t) => {
    const redis = await ensureRedis();
    t.teardown(() => redis.close());
    const front = await freePort();
    const ports = [await freePort(), await freePort(), await freePort()];
    const config = {
      ...usualConfig,
      issuer: `http://localhost:${front}`,
      proxy: { trusted: ['127.0.0.1'] },
      store: { url: redis.url, prefix: freshPrefix() },
      listen: { drain_seconds: 2 },
      security: {
        key_encryption_key: Buffer.alloc(32, 7).toString('base64url'),
        throttle: { refresh_token_per_account: 0, sign_in_per_address: 0, sign_in_per_account: 0 },
      },
    };
    const start = (port: number) => startServerProcess(t, { port, config });
    const servers = new Map<number, ServerProcess>();
    await Promise.all(ports.map(async (port) => servers.set(port, await start(port))));
    const balancer = await startBalancer(front, ports);
    t.teardown(async () => {
      await balancer.close();
      for (const server of servers.values()) await server.close();
    });

    const failures: string[] = [];
    let done = 0;
    let running = true;
    const expect = (what: string, status: number, wanted: number, body: unknown): void => {
      done += 1;
      if (status !== wanted) failures.push(`${what}: ${status} ${JSON.stringify(body)}`);
    };
    const again = async (act: () => Promise<void>): Promise<void> => {
      while (running) {
        await act().catch((error: unknown) => failures.push(String(error)));
        await sleep(5);
      }
    };
    const party = new RelyingParty(balancer.url);
    const people = again(async () => {
      const { code, verifier } = await codeFor(party, new Browser());
      const { status, body } = await party.redeem(code, verifier);
      expect('code', status, 200, body);
      for (let token = body['refresh_token'], n = 0; n < 5; n += 1) {
        const next = await party.refresh(String(token));
        expect('refresh', next.status, 200, next.body);
        token = next.body['refresh_token'];
        const shown = await party.post('/oauth/introspect', { token: String(next.body['access_token']) });
        expect('introspection', shown.body['active'] === true ? 200 : 0, 200, shown.body);
      }
    });
    const machines = Array.from({ length: 3 }, () =>
      again(async () => {
        const { status, body } = await party.post('/oauth/token', { grant_type: 'client_credentials' });
        expect('client credentials', status, 200, body);
      }),
    );
    const readers = again(async () => {
      const { status } = await fetch(`${balancer.url}/.well-known/openid-configuration`);
      expect('metadata', status, 200, '');
    });

    await waitFor('some load', () => done > 100);
    for (const port of ports) {
      const since = Date.now();
      const former = servers.get(port);
      former?.signal('SIGTERM');
      t.match(await former?.ended, { code: 0 });
      t.ok(Date.now() - since < patientMs);
      await former?.close();
      const before = done;
      servers.set(port, await start(port));
      await waitFor('the proxy to see it', () => balancer.isUp(port));
      t.ok(done > before, 'the others went on meanwhile');
    }
    const before = done;
    await waitFor('some more load', () => done > before + 100);
    running = false;
    await Promise.all([people, ...machines, readers]);
    t.same(failures, []);
    t.same(balancer.broken, []);
    t.ok(done > 300, `${done} requests`);
  },
);
