import type { FastifyPluginAsync } from 'fastify';
import type { Step } from './http/interactions/step.ts';
import type { ProviderSettings } from './provider/provider-settings.ts';

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
