import type { Config } from '#config';
import type { Events } from '../../events.ts';
import { followState } from '../../store/followed-state.ts';
import type { Clock, Store } from '../../store/port.ts';
import type { SecretCipher } from '../keys/index.ts';
import { checkStoredList } from './check-stored-list.ts';
import { noteFirstIssuers } from './first-issuers.ts';
import type { UpstreamIdentity } from './identity.ts';
import { createVerifyLogoutToken, type VerifyLogoutToken } from './logout-token.ts';
import { createOAuth2 } from './oauth2.ts';
import { createOpenid, type OpenidProtocol } from './openid.ts';
import { createUpstreamFetch } from './outbound.ts';
import { callbackPath } from './paths.ts';
import type { UpstreamProtocol } from './protocol.ts';
import { toUpstream } from './settings.ts';
import { upstreamUnusable } from './stored-errors.ts';
import { readStoredList } from './stored-record.ts';
import type { Upstream } from './upstream.ts';

/** An upstream, and how to speak to it. */
export interface ConnectedUpstream extends Upstream {
  readonly protocol: UpstreamProtocol;
  /** Absent for a provider without OpenID Connect. */
  readonly openid?: OpenidProtocol;
  readonly verifyLogoutToken?: VerifyLogoutToken;
  readonly fetch: ReturnType<typeof createUpstreamFetch>;
}

/**
 * The upstreams by which people can sign in now: those of the configuration, and those of the store that aren't
 * stopped.
 */
export interface Upstreams {
  readonly all: readonly ConnectedUpstream[];
  find(id: string | undefined): ConnectedUpstream | undefined;
  /** The name on pages, which a stopped upstream has too. An unknown one has its id. */
  nameOf(id: string): string;
  /** The upstream that people with this e-mail address are sent to. */
  forAddress(address: string): ConnectedUpstream | undefined;
  /** The upstream that a person has come back from, unless it is another provider by now. */
  findFor(identity: Pick<UpstreamIdentity, 'upstream' | 'issuer'>): ConnectedUpstream | undefined;
  /** Notes whose people the links of the upstreams of the configuration are, for links that don't say it. */
  noteIssuers(): Promise<void>;
  /** Reads those of the store again. */
  read(): Promise<void>;
  /** Reads again, and has the other processes read. */
  publish(id: string): Promise<void>;
  /** Reads them now, on each message and every ten seconds. The result ends it. */
  follow(): Promise<() => Promise<void>>;
}

interface Dependencies {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly events: Events;
  readonly cipher: SecretCipher;
  readonly onError: (error: unknown) => void;
}

const topic = 'upstreams';

/** Has the processes of the server read the upstreams again. One that misses the message does so in ten seconds. */
export const publishUpstreams = (store: Pick<Store, 'publish'>, id: string): Promise<void> =>
  store.publish(topic, id).catch(() => {});

/** How long a process that missed the message may still know the former upstreams. */
const pollMs = 10_000;

interface Known {
  readonly names: ReadonlyMap<string, string>;
  readonly all: readonly ConnectedUpstream[];
  readonly byId: ReadonlyMap<string, ConnectedUpstream>;
  readonly byDomain: ReadonlyMap<string, ConnectedUpstream>;
}

const toKnown = (
  all: readonly ConnectedUpstream[],
  named: readonly Pick<Upstream, 'id' | 'name'>[] = all,
): Known => ({
  all,
  names: new Map(named.map(({ id, name }) => [id, name])),
  byId: new Map(all.map((upstream) => [upstream.id, upstream])),
  byDomain: new Map(all.flatMap((upstream) => upstream.domains.map((domain) => [domain, upstream]))),
});

const domainOf = (address: string): string =>
  address
    .slice(address.lastIndexOf('@') + 1)
    .trim()
    .toLowerCase();

/** Each process knows all upstreams, so no request of a sign-in asks the store for them. */
export const createUpstreams = ({
  config,
  store,
  clock,
  events,
  cipher,
  onError,
}: Dependencies): Upstreams => {
  const isDevelopment = config.mode === 'development';

  const connect = (upstream: Upstream): ConnectedUpstream => {
    const redirectUri = `${config.issuer}${callbackPath(upstream.id)}`;
    const fetch = createUpstreamFetch(upstream, { config, events });
    const { oauth2: endpoints } = upstream;
    if (endpoints) {
      const protocol = createOAuth2({ upstream, endpoints, redirectUri, fetch, isDevelopment });
      return { ...upstream, protocol, fetch };
    }
    const openid = createOpenid({ upstream, redirectUri, fetch, isDevelopment, clock });
    const { metadata } = openid;
    const verifyLogoutToken = createVerifyLogoutToken({ upstream, metadata, fetch, isDevelopment, clock });
    return { ...upstream, protocol: openid, openid, verifyLogoutToken, fetch };
  };

  const configured = config.upstreams.map((one) => connect(toUpstream(one, 'configuration')));
  let known = toKnown(configured);
  /** The keys are records, so metadata and keys of an upstream are fetched again only when its record changes. */
  let connected = new Map<string, ConnectedUpstream>();
  let lastRead: string | undefined;

  const readAll = async (): Promise<void> => {
    const list = await readStoredList(store);
    const text = JSON.stringify(list);
    if (text === lastRead) return;
    const checked = checkStoredList(list, { config, cipher });
    const next = new Map<string, ConnectedUpstream>();
    for (const { stored, upstream } of checked) {
      if (!upstream || !stored.enabled) continue;
      const record = JSON.stringify(stored);
      next.set(record, connected.get(record) ?? connect(toUpstream(upstream, 'store')));
    }
    connected = next;
    const named = checked.map(({ stored: { id, settings } }) => ({ id, name: String(settings['name']) }));
    known = toKnown([...configured, ...next.values()], [...configured, ...named]);
    lastRead = text;
    for (const { stored, problems } of checked)
      if (problems.length > 0) onError(upstreamUnusable(stored.id, problems));
  };

  const state = followState({ store, topic, pollMs, load: readAll });

  return {
    get all() {
      return known.all;
    },
    find: (id) => (id === undefined ? undefined : known.byId.get(id)),
    findFor({ upstream: id, issuer }) {
      const upstream = known.byId.get(id);
      return issuer === undefined || issuer === upstream?.linkedIssuer ? upstream : undefined;
    },
    noteIssuers: () => noteFirstIssuers(store, configured),
    nameOf: (id) => known.names.get(id) ?? id,
    forAddress: (address) =>
      address.lastIndexOf('@') < 1 ? undefined : known.byDomain.get(domainOf(address)),
    read: state.read,
    async publish(id) {
      // The change is made already; what fails now is read again soon.
      await state.read().catch(onError);
      await publishUpstreams(store, id);
    },
    follow: state.follow,
  };
};
