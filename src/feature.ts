import type { FastifyPluginAsync } from 'fastify';
import type { Configuration, Provider } from 'oidc-provider';
import type { Step } from './http/interactions/step.ts';
import type { EngineKeys } from './provider/engine-keys.ts';

/** What a feature adds to the engine. */
export interface ProviderSettings {
  /** Merged with everyone's; two owners of one setting are refused at start. Made anew from the keys of the moment. */
  readonly settings?: Configuration | ((keys: EngineKeys) => Configuration);
  /** Called for each instance of the engine: there is a new one whenever keys change, and one for each alias. */
  attach?(provider: Provider): void;
}

/** One folder of `features/`. Everything but the name is optional. */
export interface Feature {
  readonly name: string;
  readonly provider?: ProviderSettings;
  /** Steps of a sign-in; the engine asks for them in the order of the table of contents. */
  readonly steps?: readonly Step[];
  /** HTML, with cookies, forms and page headers. */
  readonly pages?: FastifyPluginAsync;
  /** JSON, strict, without cookies. */
  readonly api?: FastifyPluginAsync;
  /** Runs while the server does; the answer stops it. */
  start?(): Promise<() => Promise<void>>;
}
