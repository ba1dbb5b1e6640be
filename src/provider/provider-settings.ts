import type { Configuration, Provider } from 'oidc-provider';
import type { EngineKeys } from './engine-keys.ts';
import type { OverrideOptions } from './overrides/options.ts';
import type { RouteMiddleware } from './route-middleware.ts';

/** What a feature or a service adds to the engine. */
export interface ProviderSettings {
  /**
   * Merged with the settings of all others; two owners of one setting are an error at start. A function is called
   * with the current keys, again whenever they change.
   */
  readonly settings?: Configuration | ((keys: EngineKeys) => Configuration);
  /** Options for overrides of the register, by the name of the override. Two owners of one option are an error at start. */
  readonly overrides?: OverrideOptions;
  readonly routes?: readonly RouteMiddleware[];
  /** Called for each instance of the engine: each alias has one, and all are built anew when keys change. */
  attach?(provider: Provider): void;
}
