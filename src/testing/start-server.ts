import { pino } from 'pino';
import { type App, buildApp } from '../app/index.ts';
import type { SecurityEvent } from '../events.ts';
import { openStore } from '../open-store.ts';
import type { Account, AddAccount } from '../services/accounts/index.ts';
import type { AddClient } from '../services/clients/index.ts';
import type { Clock, OnStoreOperation, Store } from '../store/port.ts';
import { type AuthorizationCode, authorizationCode, type CodeRequest } from './authorization-code.ts';
import { createTestClock, type TestClock } from './clock.ts';
import { type SignedIn, type SignIn, signIn } from './session.ts';
import { type LoadedSettings, loadSettings, type Settings } from './settings.ts';

export interface TestServerOptions {
  /** Settings as in `postern.yaml`, over the defaults for tests: a free port, a store in memory, no log. */
  readonly settings?: Settings;
  /** Your clock instead of `server.clock`. The engine doesn't use it. */
  readonly clock?: Clock;
  /** Called after each operation of the store. */
  readonly observe?: OnStoreOperation;
}

export interface TestServer extends AsyncDisposable {
  /** The address that it listens on, and the `iss` of its tokens. */
  readonly issuer: string;
  readonly clock: TestClock;
  /** Every security event since the start, oldest first. */
  readonly events: readonly SecurityEvent[];
  addAccount(account: AddAccount): Promise<Account>;
  /** Returns the id and, if the client has one, the only copy of its secret. */
  addClient(client: AddClient): Promise<{ readonly id: string; readonly secret?: string }>;
  /** A browser session of this person, as if they had signed in. */
  signIn(username: string, how?: SignIn): Promise<SignedIn>;
  /** A code that the client may redeem, as if the person had consented. */
  authorizationCode(request: CodeRequest): Promise<AuthorizationCode>;
  /** The server itself, for everything that this kit has no method for. */
  readonly app: App;
  readonly store: Store;
  /** Closes everything and restores the clock. */
  stop(): Promise<void>;
}

interface RunningApp {
  readonly app: App;
  readonly store: Store;
  readonly loaded: LoadedSettings;
}

const isTaken = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';

/** The issuer contains the port, so the port is chosen before listening, and another process may take it meanwhile. */
const run = async (
  { settings = {}, observe }: TestServerOptions,
  clock: Clock,
  attempts = 3,
): Promise<RunningApp> => {
  const loaded = await loadSettings(settings);
  const { config, settings: effective } = loaded;
  const store = await openStore(config, clock, { observe });
  let app: App | undefined;
  try {
    app = await buildApp({
      config,
      store,
      clock,
      log: pino({ level: config.log.level }),
      settings: effective,
    });
    await app.start();
    await app.server.listen({ host: config.listen.host, port: config.listen.port });
    return { app, store, loaded };
  } catch (error) {
    await app?.close();
    await store.close();
    await loaded.discard();
    if (isTaken(error) && attempts > 1)
      return run({ settings, ...(observe && { observe }) }, clock, attempts - 1);
    throw error;
  }
};

export const startServer = async (options: TestServerOptions = {}): Promise<TestServer> => {
  const testClock = createTestClock();
  const clock = options.clock ?? testClock;
  const { app, store, loaded } = await run(options, clock);
  const { issuer, tokens } = loaded.config;
  const events: SecurityEvent[] = [];
  app.events.listen((event) => events.push(event));
  let stopped: Promise<void> | undefined;

  const stop = async (): Promise<void> => {
    testClock.restore();
    await app.close();
    await store.close();
    await loaded.discard();
  };

  const server: TestServer = {
    issuer,
    clock: testClock,
    events,
    app,
    store,
    addAccount: (account) => app.services.accounts.add(account),
    async addClient(client) {
      const { client: added, secret } = await app.services.clients.add(client);
      return { id: added.id, ...(secret && { secret: secret.secret }) };
    },
    signIn: (username, how) =>
      signIn({ app, store, lifetime: tokens.session_ttl, now: clock.now }, username, how),
    authorizationCode: (request) => authorizationCode({ app, store, issuer, now: clock.now }, request),
    stop() {
      stopped ??= stop();
      return stopped;
    },
    [Symbol.asyncDispose]: () => server.stop(),
  };
  return server;
};
