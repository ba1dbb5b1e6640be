import type { Provider } from 'oidc-provider';
import type { Clock, Store } from '../../store/port.ts';
import type { Admit } from '../admission.ts';
import type { ClientSource } from '../clients/client-source.ts';
import type { GrantType } from '../grant-types.ts';
import type { EngineKeys } from '../keys/engine-keys.ts';
import type { RouteHooks } from '../route-middleware.ts';
import type { OverrideOptions } from './options.ts';

export interface OverrideDependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly clients: ClientSource;
  readonly admit: Admit;
  readonly keys: EngineKeys;
  /** The audiences whose access tokens have `typ: JWT`. */
  readonly plainAudiences: ReadonlySet<string>;
  readonly grantTypes: readonly GrantType[];
  /** What features add to a route of the engine, by the name of the route. */
  readonly hooks: ReadonlyMap<string, RouteHooks>;
  /** What features pass, merged. */
  readonly options: OverrideOptions;
}

/** A member of oidc-provider that is replaced. No two overrides replace the same member. */
export interface Override {
  readonly name: string;
  /** Paths that start at the provider, as in `Session.prototype.save`; `Session()` is a new instance. */
  readonly symbols: readonly string[];
  readonly reason: string;
  /** The test that fails without the override. */
  readonly test: string;
  apply(provider: Provider, dependencies: OverrideDependencies): void;
}
