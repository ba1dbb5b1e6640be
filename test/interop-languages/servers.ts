import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startServer } from 'postern/testing';
import { person } from './person.ts';
import { startSecureProxy } from './secure-proxy.ts';
import type { Server } from './sign-in.ts';

/** The servers of a run, each with a store of its own, so that commands can add clients. */
export const startServers = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'postern-interop-store-'));
  const running: { close(): unknown }[] = [];

  const start = async (name: string, more: object): Promise<Server> => {
    const store = `sqlite:${join(folder, `${name}.db`)}`;
    const { issuer, stop } = await startServer({
      settings: {
        store: { url: store },
        accounts: [
          {
            username: person.login,
            password: person.password,
            name: 'Ada Lovelace',
            email: 'ada@example.com',
            email_verified: true,
            given_name: 'Ada',
            family_name: 'Lovelace',
          },
        ],
        ...more,
      },
    });
    running.push({ close: stop });
    return { issuer, store };
  };

  const startSecure = async (): Promise<Server> => {
    const [port, securePort] = [await freePort(), await freePort()];
    const proxy = await startSecureProxy(securePort, port);
    running.push(proxy);
    const certificateFile = join(folder, 'certificate.pem');
    await writeFile(certificateFile, proxy.certificate);
    const server = await start('secure', { issuer: `https://localhost:${securePort}`, listen: { port } });
    return { ...server, certificateFile };
  };

  let plain: Promise<Server> | undefined;
  let secure: Promise<Server> | undefined;
  return {
    plain() {
      plain ??= start('plain', {});
      return plain;
    },
    /** Behind TLS, for clients that accept nothing else. */
    secure() {
      secure ??= startSecure();
      return secure;
    },
    /** With an API whose clients register themselves. */
    forAgents: (resource: string) =>
      start(`agents-${encodeURIComponent(resource)}`, {
        registration: { enabled: true },
        resources: [{ audience: resource, self_described_clients: true }],
      }),
    async stop() {
      for (const { close } of running) await close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
