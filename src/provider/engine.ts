import type { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Configuration, interactionPolicy, KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Config } from '#config';
import type { Events } from '../events.ts';
import type { Clock, Store } from '../store/port.ts';
import { plainAudiences } from './access-tokens/plain-audiences.ts';
import type { Admit } from './admission.ts';
import type { AdditionalClaims } from './claims/additional-claims.ts';
import { encodeBasicCredentials } from './clients/basic-credentials.ts';
import type { ClientSource } from './clients/client-source.ts';
import { commitBeforeResponse } from './commit.ts';
import { compose } from './compose-settings.ts';
import { forwardEvents } from './engine-events.ts';
import type { RenderError } from './errors/replace-response.ts';
import { logUncaughtErrors } from './errors/uncaught-errors.ts';
import type { GrantType } from './grant-types.ts';
import type { EngineKeys } from './keys/engine-keys.ts';
import { externalKeys } from './keys/external-key.ts';
import { createFetch, type Fetch } from './outgoing/fetch.ts';
import { createResolve } from './outgoing/resolve.ts';
import { createProvider } from './overrides/register.ts';
import { aliases, jsonTokensPath } from './paths.ts';
import type { ProviderSettings } from './provider-settings.ts';
import { groupByRoute } from './route-middleware.ts';
import type { GroupsOf } from './scopes/member-scopes.ts';
import { identityScopes } from './scopes/openid-scopes.ts';
import { baseSettings } from './settings/index.ts';
import { longestAccessToken, longestInteraction } from './settings/lifetimes.ts';
import { createAdapterFactory } from './storage/adapter.ts';
import type { StorageCipher } from './storage/redeemable-values.ts';

export interface EngineDependencies {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly clients: ClientSource;
  readonly admit: Admit;
  readonly groupsOf: GroupsOf;
  readonly operatorClaims: AdditionalClaims | undefined;
  readonly events: Events;
  /** Encrypts what clients could redeem, where the store has to give it back. */
  readonly cipher: StorageCipher;
  /** Logs an error that no handler of the engine caught. */
  readonly onUncaughtError: (error: unknown, correlation: string) => void;
  readonly renderError: RenderError;
  readonly features: readonly { readonly owner: string; readonly provider: ProviderSettings }[];
  readonly grantTypes: readonly GrantType[];
  readonly policy: interactionPolicy.Prompt[];
}

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

interface BuiltProvider {
  readonly provider: Provider;
  readonly handle: Handler;
}

const percent = 0x25;
const plus = 0x2b;

/** Nearly all ids and secrets have no such character, and read the same whether they are encoded or not. */
const hasEscapesInBasic = ({ headers: { authorization } }: IncomingMessage): boolean => {
  if (authorization === undefined || !/^basic /i.test(authorization)) return false;
  for (const byte of Buffer.from(authorization.slice('basic '.length), 'base64'))
    if (byte === percent || byte === plus) return true;
  return false;
};

/**
 * Hosts oidc-provider: one instance for the main paths and one for each alias. When keys change, new instances over the
 * same store replace them, and requests in progress finish on the former ones.
 */
export class Engine {
  readonly #dependencies: EngineDependencies;
  readonly #fetch: Fetch;
  #main: BuiltProvider;
  #byPath: ReadonlyMap<string, () => BuiltProvider>;

  constructor(dependencies: EngineDependencies, keys: EngineKeys) {
    this.#dependencies = dependencies;
    this.#fetch = createFetch(dependencies.config, {
      events: dependencies.events,
      resolve: createResolve(),
    });
    [this.#main, this.#byPath] = this.#buildAll(keys);
  }

  /** The current instance. Callers must not keep it: it is replaced when keys change. */
  get provider(): Provider {
    return this.#main.provider;
  }

  handle(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (hasEscapesInBasic(request)) encodeBasicCredentials(request);
    return (this.#byPath.get(path)?.() ?? this.#main).handle(request, response);
  }

  useKeys(keys: EngineKeys): void {
    [this.#main, this.#byPath] = this.#buildAll(keys);
  }

  /** An alias gets an instance with its first request: most servers never use any. */
  #buildAll(keys: EngineKeys): [BuiltProvider, ReadonlyMap<string, () => BuiltProvider>] {
    const byPath = new Map<string, () => BuiltProvider>();
    for (const routes of [...aliases.map(({ routes }) => routes), { token: jsonTokensPath }]) {
      let built: BuiltProvider | undefined;
      const getBuilt = (): BuiltProvider => {
        built ??= this.#build(keys, routes);
        return built;
      };
      for (const path of Object.values(routes)) byPath.set(path, getBuilt);
    }
    return [this.#build(keys, {}), byPath];
  }

  #build(keys: EngineKeys, routes: NonNullable<Configuration['routes']>): BuiltProvider {
    const { config, store, clock, clients, admit, cipher, renderError, features, grantTypes, policy } =
      this.#dependencies;
    const settings = compose([
      ...baseSettings(config, keys, grantTypes, this.#dependencies),
      ...features.map(({ owner, provider: { settings = {} } }) => ({
        owner,
        settings: typeof settings === 'function' ? settings(keys) : settings,
      })),
      { owner: 'engine', settings: { renderError, interactions: { policy }, fetch: this.#fetch } },
    ]);
    const adapter = createAdapterFactory({
      store,
      clock,
      clients,
      cipher,
      identityScopes: identityScopes(config),
      reuseWindow: config.tokens.refresh_reuse_window,
      refreshFamilyLifetime: config.tokens.refresh_family_ttl,
      accessTokenLifetime: longestAccessToken(config),
      sessionMaxLifetime: config.tokens.session_max_ttl,
      interactionLifetime: longestInteraction(config),
      refreshSecretAt: (at) => keys.refreshSecretAt(at),
    });
    const options = compose(
      features.map(({ owner, provider: { overrides = {} } }) => ({ owner, settings: overrides })),
    );
    const hooks = groupByRoute(features.flatMap(({ provider: { routes = [] } }) => routes));
    const provider = createProvider(
      config.issuer,
      {
        ...settings,
        routes: { ...settings.routes, ...routes },
        jwks: { keys: externalKeys(keys.signing) },
        adapter,
      },
      {
        store,
        clock,
        clients,
        admit,
        keys,
        plainAudiences: plainAudiences(config),
        grantTypes,
        hooks,
        options,
      },
    );
    // The HTTP scopes set the canonical host, the scheme and the client's address in these headers, and remove all others.
    provider.proxy = true;
    forwardEvents(provider, this.#dependencies);
    logUncaughtErrors(provider, this.#dependencies.onUncaughtError);
    provider.use(commitBeforeResponse(provider, { ...this.#dependencies, hooks }));
    for (const { name, handler, parameters = [] } of grantTypes) {
      if (handler) provider.registerGrantType(name, handler, parameters);
    }
    const emitter: EventEmitter = provider;
    for (const feature of features) {
      for (const [event, listener] of Object.entries(feature.provider.listeners ?? {})) {
        // Each listener names the type of its event's detail.
        emitter.on(event, (ctx: KoaContextWithOIDC, detail: unknown) => listener(ctx, detail as never));
      }
    }
    return { provider, handle: provider.callback() as Handler };
  }
}
