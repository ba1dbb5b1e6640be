import type { Configuration, KoaContextWithOIDC } from 'oidc-provider';
import type { EngineKeys } from './keys/engine-keys.ts';
import type { OverrideOptions } from './overrides/options.ts';
import type { RouteMiddleware } from './route-middleware.ts';

/** Receives the request, and what the event carries besides. */
type EventListener = (ctx: KoaContextWithOIDC, detail: never) => void;

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
  /** Listeners by the name of an event of oidc-provider, as `device_authorization.success`. */
  readonly listeners?: Readonly<Record<string, EventListener>>;
}
