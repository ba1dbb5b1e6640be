import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Configuration, interactionPolicy, Provider } from 'oidc-provider';
import type { Config } from '#config';
import type { Events } from '../events.ts';
import type { EngineShare } from '../feature.ts';
import type { Clock, Store } from '../store/port.ts';
import { commitBeforeAnswer, type RenderError } from './commit.ts';
import { composeSettings } from './compose.ts';
import { sealCookies } from './cookie-seal.ts';
import { explainErrors } from './error-uri.ts';
import { exposeWait } from './expose-wait.ts';
import { takeFaults } from './faults.ts';
import { createFetch, type Fetch } from './fetch.ts';
import type { EngineKeys } from './keys.ts';
import { signTokensOfUserinfo } from './models/access-tokens.ts';
import {
  type ClientSource,
  compareHashedSecrets,
  keepBuiltClients,
  nameForbiddenGrants,
} from './models/clients.ts';
import { keepFamiliesTogether, keepSessionsInPlace } from './models/families.ts';
import { nameOwnAddress } from './models/origin.ts';
import { markReplaysOnCommit } from './models/replay.ts';
import { findSignedTokens } from './models/signed-tokens.ts';
import { aliases, jsonTokensPath } from './paths.ts';
import { buildProvider } from './plain-context.ts';
import { baseSettings } from './settings/index.ts';
import { createStorage } from './storage/adapter.ts';
import { tellEvents } from './tell.ts';

export interface EngineParts {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly clients: ClientSource;
  readonly events: Events;
  /** Told of faults of ours, with the correlation id of the request. */
  readonly onFault: (error: unknown, correlation: string) => void;
  readonly renderError: RenderError;
  readonly shares: readonly { readonly owner: string; readonly share: EngineShare }[];
  readonly policy: interactionPolicy.Prompt[];
}

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

interface Built {
  readonly provider: Provider;
  readonly handle: Handler;
}

/** Builds the engine anew over the same store whenever keys change; requests under way finish on the former one. */
export class Engine {
  readonly #parts: EngineParts;
  readonly #fetch: Fetch;
  #main: Built;
  #byPath: ReadonlyMap<string, Built>;

  constructor(parts: EngineParts, keys: EngineKeys) {
    this.#parts = parts;
    this.#fetch = createFetch(parts.config, parts);
    [this.#main, this.#byPath] = this.#all(keys);
  }

  /** The engine of this moment: not to be kept. */
  get provider(): Provider {
    return this.#main.provider;
  }

  handle(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    return (this.#byPath.get(path) ?? this.#main).handle(request, response);
  }

  useKeys(keys: EngineKeys): void {
    [this.#main, this.#byPath] = this.#all(keys);
  }

  #all(keys: EngineKeys): [Built, ReadonlyMap<string, Built>] {
    const byPath = new Map<string, Built>();
    for (const routes of [...aliases.map(({ routes }) => routes), { token: jsonTokensPath }]) {
      const built = this.#build(keys, routes);
      for (const path of Object.values(routes)) byPath.set(path, built);
    }
    return [this.#build(keys, {}), byPath];
  }

  #build(keys: EngineKeys, routes: NonNullable<Configuration['routes']>): Built {
    const { config, store, clock, clients, renderError, shares, policy } = this.#parts;
    const settings = composeSettings([
      ...baseSettings(config, keys),
      ...shares.map(({ owner, share: { settings = {} } }) => ({
        owner,
        settings: typeof settings === 'function' ? settings(keys) : settings,
      })),
      { owner: 'engine', settings: { renderError, interactions: { policy }, fetch: this.#fetch } },
    ]);
    const provider = buildProvider(config.issuer, {
      ...settings,
      routes: { ...settings.routes, ...routes },
      jwks: { keys: keys.signing },
      adapter: createStorage({
        store,
        clock,
        clients,
        reuseWindow: config.tokens.refresh_reuse_window,
        refreshSecretAt: (at) => keys.refreshSecretAt(at),
      }),
    });
    // The doors hand over the canonical host, the scheme and the client's address in these headers and no others.
    provider.proxy = true;
    provider.keys = sealCookies(keys.cookieKeys);
    keepFamiliesTogether(provider, clock, (at) => keys.refreshSecretAt(at));
    keepSessionsInPlace(provider);
    markReplaysOnCommit(provider);
    keepBuiltClients(provider, clients);
    compareHashedSecrets(provider, clients);
    nameForbiddenGrants(provider);
    signTokensOfUserinfo(provider, 'ES256');
    findSignedTokens(provider, { publicKeys: { keys: [...keys.publicJwks.keys] }, store });
    nameOwnAddress(provider);
    tellEvents(provider, this.#parts);
    takeFaults(provider, this.#parts.onFault);
    provider.use(explainErrors(config.issuer));
    provider.use(exposeWait);
    provider.use(commitBeforeAnswer(provider, this.#parts));
    for (const { share } of shares) share.attach?.(provider);
    return { provider, handle: provider.callback() as Handler };
  }
}
