import type { FastifyPluginAsync } from 'fastify';
import type { Command } from './command.ts';
import type { Step } from './http/interactions/step.ts';
import type { GrantType } from './provider/grant-types.ts';
import type { ProviderSettings } from './provider/provider-settings.ts';
import type { AccountSection } from './services/account-pages/index.ts';
import type { AdminRoute } from './services/administration/index.ts';
import type { ConsoleSection } from './services/console-pages/index.ts';

/** The part of a feature that commands read too. It is data, so that importing it loads no server. */
export interface FeatureDeclaration {
  readonly name: string;
  readonly grants?: readonly GrantType[];
  /** Commands of `postern` by their names; each is imported when it is called. */
  readonly commands?: Readonly<Record<string, () => Promise<Command>>>;
}

/**
 * One folder of `features/`. Everything but the name is optional. To add a feature:
 *
 * 1. Make a folder whose `index.ts` says what the feature owns and returns a `Feature`.
 * 2. Add it to the list of its subject, `features/…-features.ts`. `features/index.ts` is the table of contents.
 * 3. If it has grant types or commands, put them into a `declaration.ts` and add that to `features/declarations.ts`.
 */
export interface Feature extends FeatureDeclaration {
  /** What it adds to the engine. */
  readonly provider?: ProviderSettings;
  /** Steps of a sign-in; the engine asks for them in the order of the table of contents. */
  readonly steps?: readonly Step[];
  /** HTML pages: this scope has cookies, forms and page headers. */
  readonly pages?: FastifyPluginAsync;
  /** Pages below `/account` for the person who is signed in, and their place in the menu. */
  readonly account?: AccountSection;
  /** Pages of the console below `/admin`, and their place in its menu. */
  readonly console?: ConsoleSection;
  /** JSON endpoints: this scope is strict and has no cookies. */
  readonly api?: FastifyPluginAsync;
  /** Operations of the administration API. */
  readonly adminRoutes?: readonly AdminRoute[];
  /** JSON endpoints that `admin.listen` moves to a port of their own, together with the console. */
  readonly adminApi?: FastifyPluginAsync;
  /** HTML pages beside them that need no administrator. */
  readonly administrationPages?: FastifyPluginAsync;
  /** Runs when the server starts; the function that it answers with runs when the server stops. */
  start?(): Promise<() => Promise<void>>;
}
