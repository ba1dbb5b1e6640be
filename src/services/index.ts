/**
 * What several features need. Services are built top to bottom from plain arguments; a server can't do without any of
 * them, and none of them imports a feature.
 */
import type { ClientConfig, Config } from '#config';
import type { Events } from '../events.ts';
import type { GrantType } from '../provider/grant-types.ts';
import type { Clock, Store } from '../store/port.ts';
import { createStrengthOf, type StrengthOf } from './account-pages/index.ts';
import { type AccountRemoval, createAccountRemoval, createForgetAccount } from './account-removal/index.ts';
import { createSummarizeAccount, type SummarizeAccount } from './account-summary/index.ts';
import { type Accounts, createAccounts } from './accounts/index.ts';
import { createHasMakerRight, type HasMakerRight } from './administration/right-of-maker.ts';
import { type Admission, createAdmission } from './admission/index.ts';
import { type Audit, createAudit } from './audit/index.ts';
import { type AuthenticationLevels, createAuthenticationLevels } from './authentication-levels/index.ts';
import { type Clients, createClients } from './clients/index.ts';
import { type ConnectedApps, createConnectedApps } from './connected-apps/index.ts';
import { type Extensions, loadExtensions, runExtensions } from './extensions/index.ts';
import { createFactors, type Factors } from './factors/index.ts';
import { checkGroupNames, createGroups, type Groups } from './groups/index.ts';
import { createSiteImages, type SiteImages } from './images/index.ts';
import { createKeys, type Keys } from './keys/index.ts';
import { createMail, type Mail } from './mail/index.ts';
import { createNotices, type Notices } from './notices/index.ts';
import { createOneTimeCodes, type OneTimeCodes } from './one-time-codes/index.ts';
import { createOneTimeLinks, type OneTimeLinks } from './one-time-links/index.ts';
import { createOutbox, mailQueue, type Outbox, requestQueue } from './outbox/index.ts';
import { createPasskeys, type Passkeys } from './passkeys/index.ts';
import { createRateLimits, type RateLimits } from './rate-limits/index.ts';
import { createReadiness, type Readiness } from './readiness/index.ts';
import {
  createSessionLimit,
  createSessionServices,
  type EndEverything,
  endDisabledAccounts,
  type Sessions,
  sessionIdOfFamily,
} from './sessions/index.ts';
import { createSignInCounts, type SignInCounts } from './sign-in-counts/index.ts';
import {
  type CompleteSignIn,
  createCompleteSignIn,
  createKnownDevices,
  createOtherWays,
  createRememberedBrowsers,
  type KnownDevices,
  type OtherWays,
  type RememberedBrowsers,
} from './sign-ins/index.ts';
import { createThrottle, type Throttle } from './throttle/index.ts';
import {
  type Arrivals,
  createArrivals,
  createEndUpstreamSessions,
  createFlowCookies,
  createLinking,
  createProvisioning,
  createSignOutCookies,
  createStoredUpstreams,
  createUpstreamLinks,
  createUpstreamLogouts,
  createUpstreams,
  type EndUpstreamSessions,
  type FlowCookies,
  type Linking,
  type Provisioning,
  type SignOutCookies,
  type StoredUpstreams,
  type UpstreamLinks,
  type UpstreamLogouts,
  type Upstreams,
} from './upstreams/index.ts';

interface Dependencies {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly events: Events;
  readonly onError: (error: unknown) => void;
  /** A command brings keys that it only reads. Without them the server makes and rotates its own. */
  readonly keys?: Keys;
  /** Clients that exist in addition to those of the configuration and the store. */
  readonly clientsOfFeatures: (config: Config, cookieKey: string) => readonly ClientConfig[];
  /** The grant types that clients may be registered for. */
  readonly grantTypes: readonly GrantType[];
}

export interface Services {
  readonly accounts: Accounts;
  readonly admission: Admission;
  readonly audit: Audit;
  readonly clients: Clients;
  readonly connectedApps: ConnectedApps;
  readonly completeSignIn: CompleteSignIn;
  /** The keys that sign cookies, the newest first. */
  readonly cookieKeys: () => readonly string[];
  readonly extensions: Extensions;
  readonly factors: Factors;
  readonly groups: Groups;
  readonly hasMakerRight: HasMakerRight;
  readonly keys: Keys;
  readonly knownDevices: KnownDevices;
  readonly levels: AuthenticationLevels;
  readonly rateLimits: RateLimits;
  readonly oneTimeCodes: OneTimeCodes;
  readonly oneTimeLinks: OneTimeLinks;
  readonly mail: Mail;
  readonly notices: Notices;
  readonly outbox: Outbox;
  readonly passkeys: Passkeys;
  readonly readiness: Readiness;
  readonly rememberedBrowsers: RememberedBrowsers;
  readonly endEverything: EndEverything;
  readonly accountRemoval: AccountRemoval;
  readonly sessions: Sessions;
  readonly signInCounts: SignInCounts;
  readonly siteImages: SiteImages;
  readonly strengthOf: StrengthOf;
  readonly summarizeAccount: SummarizeAccount;
  readonly throttle: Throttle;
  readonly upstreams: Upstreams;
  readonly storedUpstreams: StoredUpstreams;
  readonly upstreamLinks: UpstreamLinks;
  readonly upstreamLogouts: UpstreamLogouts;
  readonly arrivals: Arrivals;
  readonly flowCookies: FlowCookies;
  readonly linking: Linking;
  readonly endUpstreamSessions: EndUpstreamSessions;
  readonly signOutCookies: SignOutCookies;
  readonly otherWays: OtherWays;
  readonly provisioning: Provisioning;
  /** Starts the work in the background. The result stops it. */
  start(): Promise<() => Promise<void>>;
  close(): void;
}

export const createServices = async (dependencies: Dependencies): Promise<Services> => {
  const { config, store, clock, events, onError, clientsOfFeatures, grantTypes } = dependencies;
  const cipher = () => keys.cipher;
  const admission = createAdmission({ config, store, clock, events });
  // The audit comes first, so that it records the creation of the keys that encrypt its chain heads.
  const audit = createAudit({
    store,
    config,
    clock,
    events,
    cipher,
    onError,
    spaceLeft: admission.spaceLeft,
  });
  const keys = dependencies.keys ?? (await createKeys({ store, config, clock, events, onError }));
  const extensions = runExtensions(await loadExtensions(config.extensions), onError);
  const groups = createGroups({ store, config, clock, events });
  const mailOutbox = createOutbox({ store, clock, events, onError, queue: mailQueue });
  const siteImages = createSiteImages({ config, store, clock });
  const mail = createMail({
    config,
    clock,
    outbox: mailOutbox,
    uploadedLogo: () => siteImages.current().logo,
  });
  const notices = createNotices({ mail, clock });
  const accounts = createAccounts({
    store,
    config,
    clock,
    events,
    draftPasswordNotice: (account) => notices.draft('password-changed', { account }),
  });
  const cookieKeys = () => keys.current().cookieKeys;
  const [cookieKey = ''] = cookieKeys();
  const clients = createClients({
    store,
    config: { ...config, clients: [...config.clients, ...clientsOfFeatures(config, cookieKey)] },
    clock,
    events,
    secretCipher: keys.cipher,
    grantTypes,
  });
  const secret = () => keys.current().pairwiseSalt;
  const throttle = createThrottle({ store, config, clock, secret });
  const oneTimeLinks = createOneTimeLinks({ store, clock, secret });
  const oneTimeCodes = createOneTimeCodes({ store, secret });
  const rateLimits = createRateLimits({ config, store, clock, events });
  const levels = createAuthenticationLevels(config);
  const factors = createFactors({ config, store, clock, events, cipher: keys.cipher, accounts, notices });
  const knownDevices = createKnownDevices({ config, clock, cookieKeys });
  const rememberedBrowsers = createRememberedBrowsers({ config, clock, cookieKeys });
  const passkeys = createPasskeys({
    config,
    store,
    clock,
    events,
    accounts,
    notices,
    throttle,
    cookieKeys,
  });
  const completeSignIn = createCompleteSignIn({
    config,
    clock,
    accounts,
    levels,
    factors,
    passkeys,
    rememberedBrowsers,
  });
  const outbox = createOutbox({ store, clock, events, onError, queue: requestQueue });
  const upstreams = createUpstreams({ config, store, clock, events, cipher: keys.cipher, onError });
  const storedUpstreams = createStoredUpstreams({
    store,
    config,
    clock,
    events,
    cipher: keys.cipher,
    clients,
    groups,
    onChange: upstreams.publish,
  });
  const upstreamLinks = createUpstreamLinks(store);
  const upstreamLogouts = createUpstreamLogouts(store, clock);
  const arrivals = createArrivals(store, clock, upstreamLogouts);
  const provisioning = createProvisioning({
    store,
    accounts,
    groups,
    links: upstreamLinks,
    upstreams,
    clock,
  });
  const flowCookies = createFlowCookies({ config, cipher: keys.cipher, clock });
  const signOutCookies = createSignOutCookies({ config, cipher: keys.cipher, clock });
  const otherWays = createOtherWays({ passkeys, links: upstreamLinks, upstreams });
  const linking = createLinking({
    store,
    events,
    links: upstreamLinks,
    besidesLink: otherWays.besidesLink,
    notices,
    provisioning,
  });
  const readiness = createReadiness(store, keys);
  const { sessions, endEverything } = createSessionServices({ store, clock, events, accounts, clients });
  const sessionLimit = createSessionLimit({ events, sessions, onError });
  const accountRemoval = createAccountRemoval({
    store,
    clock,
    accounts,
    endEverything,
    forgetAccount: createForgetAccount({ store }),
    onError,
  });
  const endUpstreamSessions = createEndUpstreamSessions({
    store,
    clock,
    logouts: upstreamLogouts,
    endSession: async (family) =>
      (await sessions.end(sessionIdOfFamily(family), { keepBrowsers: true })) !== undefined,
  });
  const connectedApps = createConnectedApps({ store, clock, events, clients });
  const signInCounts = createSignInCounts({ store, clock, events, onError });

  return {
    accounts,
    admission,
    audit,
    clients,
    connectedApps,
    completeSignIn,
    cookieKeys,
    extensions,
    factors,
    groups,
    hasMakerRight: createHasMakerRight({ config, accounts, clients }),
    keys,
    knownDevices,
    levels,
    rateLimits,
    oneTimeCodes,
    oneTimeLinks,
    mail,
    notices,
    outbox,
    passkeys,
    readiness,
    rememberedBrowsers,
    endEverything,
    accountRemoval,
    sessions,
    signInCounts,
    siteImages,
    summarizeAccount: createSummarizeAccount({ store, clock, upstreams, upstreamLinks }),
    strengthOf: createStrengthOf(factors, passkeys),
    throttle,
    upstreams,
    storedUpstreams,
    upstreamLinks,
    upstreamLogouts,
    arrivals,
    endUpstreamSessions,
    flowCookies,
    linking,
    signOutCookies,
    otherWays,
    provisioning,
    async start() {
      const stopExtensions = extensions.listen(events);
      await checkGroupNames(config, groups);
      await accounts.checkGroupClaims();
      await upstreams.noteIssuers();
      // The audit starts first and stops last: it records what the others do until the end.
      const stops: (() => Promise<void>)[] = [];
      const started = [
        audit,
        signInCounts,
        sessionLimit,
        outbox,
        mail,
        rateLimits,
        admission,
        accountRemoval,
      ];
      for (const service of started) stops.unshift(await service.start());
      const followed = [clients.followStopped(), siteImages.follow(), upstreams.follow()];
      stops.unshift(...(await Promise.all(followed)));
      const ending = endDisabledAccounts({ accounts, events, endEverything }).catch(onError);
      const reserving = accounts.reserveNames().catch(onError);
      let isStopped = false;
      const indexing = [accounts, clients].map((service) =>
        service.indexForSearch(() => isStopped).catch(onError),
      );
      return async () => {
        stopExtensions();
        isStopped = true;
        await Promise.all([ending, reserving, ...indexing]);
        for (const stop of stops) await stop();
      };
    },
    close() {
      keys.close();
      clients.close();
      accounts.close();
    },
  };
};
