import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { App } from '../app/index.ts';
import { runInUnitOfWork } from '../store/current-unit-of-work.ts';
import type { Store } from '../store/port.ts';

export interface SignIn {
  /** How many seconds ago the sign-in happened. Default: 0. */
  readonly ago?: number;
  readonly acr?: string;
  /** Default: `['pwd']`. */
  readonly amr?: readonly string[];
}

export interface SignedIn {
  /** The `sub` claim of its tokens. */
  readonly accountId: string;
  /** A value for the `Cookie` header. */
  readonly cookie: string;
  /** The same cookies one by one, for the cookie jar of a browser. */
  readonly cookies: readonly { readonly name: string; readonly value: string }[];
  /** The id of the session in the engine. The cookie has a different, secret id. */
  readonly uid: string;
}

interface ServerContext {
  readonly app: App;
  readonly store: Store;
  /** Seconds. */
  readonly lifetime: number;
  readonly now: () => number;
}

type Provider = ReturnType<App['engine']>['provider'];

/** The cookies as the engine sets them, signed with its keys. */
const cookiesOf = (provider: Provider, id: string): SignedIn['cookies'] => {
  const request = new IncomingMessage(new Socket());
  const context = provider.createContext(request, new ServerResponse(request));
  context.cookies.set(provider.cookieName('session'), id, { signed: true });
  const lines = context.response.headers['set-cookie'] ?? [];
  return [lines].flat().map((line) => {
    const [pair = ''] = line.split(';');
    const at = pair.indexOf('=');
    return { name: pair.slice(0, at), value: pair.slice(at + 1) };
  });
};

/** Stores the session that a sign-in would store, so that every check applies to it. */
export const signIn = async (
  { app, store, lifetime, now }: ServerContext,
  username: string,
  { ago = 0, acr, amr = ['pwd'] }: SignIn = {},
): Promise<SignedIn> => {
  const account = await app.services.accounts.findByUsername(username);
  if (!account)
    throw new Error(`there is no account ${username}: add it with addAccount, or in the settings`);
  if (!account.enabled) throw new Error(`the account ${username} is disabled and can't sign in`);
  const { provider } = app.engine();
  const session = new provider.Session();
  session.loginAccount({
    accountId: account.id,
    loginTs: Math.floor(now() / 1000) - ago,
    amr: [...amr],
    ...(acr !== undefined && { acr }),
  });
  await runInUnitOfWork(store, async (work) => {
    await session.save(lifetime);
    await work.commit();
  });
  const cookies = cookiesOf(provider, session.jti);
  return {
    accountId: account.id,
    cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; '),
    cookies,
    uid: session.uid,
  };
};
