/** The routes of the console and the administration API. `late-pages.ts` loads this file with the first request to one of them. */
import type { FastifyPluginAsync } from 'fastify';
import type { Feature } from '../feature.ts';
import { administrationFeatures } from '../features/administration-features.ts';
import type { FeatureDependencies } from '../features/dependencies.ts';
import type { createAnswerError } from '../http/pages/answer-error.ts';
import { pagesScope } from '../http/pages/index.ts';
import { createConsoleScope, ownOriginOf } from '../services/console-pages/index.ts';

interface Dependencies extends FeatureDependencies {
  readonly answerError: ReturnType<typeof createAnswerError>;
}

/** @param others Features that may bring sections of the console and operations of the API. */
export const administrationRoutes =
  (dependencies: Dependencies, others: readonly Feature[]): FastifyPluginAsync =>
  async (scope) => {
    const { config, services, answerError } = dependencies;
    const { accounts, cookieKeys, levels, strengthOf } = services;
    const features = [...administrationFeatures(dependencies, others), ...others];
    const originOf = config.admin.listen && ownOriginOf(config);
    for (const { adminApi } of features) if (adminApi) await scope.register(adminApi);
    await scope.register(
      pagesScope({ config, answerError, ...(originOf && { originOf }) }, [
        ...features.flatMap(({ administrationPages }) => administrationPages ?? []),
        createConsoleScope(
          { ...dependencies, accounts, cookieKeys, levels, strengthOf },
          features.flatMap((feature) => feature.console ?? []),
        ),
      ]),
    );
  };
