import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import type { Feature } from '../feature.ts';
import type { FeatureDependencies } from '../features/dependencies.ts';
import { administrationPaths } from '../features/index.ts';
import { createLateServer, type LateServer } from '../http/late-server.ts';
import type { createAnswerError } from '../http/pages/answer-error.ts';
import { pagesScope } from '../http/pages/index.ts';
import { accountPath } from '../services/clients/index.ts';

interface Dependencies extends FeatureDependencies {
  readonly answerError: ReturnType<typeof createAnswerError>;
  /** Creates a server with all that holds for each request. */
  readonly newServer: () => Promise<FastifyInstance>;
}

/** The console, the administration API and the account pages, which are loaded with the first request to one of them. */
export const createLatePages = (dependencies: Dependencies, features: readonly Feature[]) => {
  const { config, answerError, newServer } = dependencies;
  const late = (paths: readonly string[], routes: FastifyPluginAsync): LateServer =>
    createLateServer({ paths, newServer, routes, answerError });

  const administrationRoutes: FastifyPluginAsync = async (scope) => {
    const { administrationRoutes } = await import('./administration-routes.ts');
    await scope.register(administrationRoutes(dependencies, features));
  };
  const accountRoutes: FastifyPluginAsync = async (scope) => {
    const { accountScope } = await import('../services/account-pages/scope.ts');
    const { accounts, cookieKeys, strengthOf } = dependencies.services;
    const sections = features.flatMap(({ account }) => account ?? []);
    await scope.register(
      pagesScope({ config, answerError }, [
        accountScope({ ...dependencies, accounts, cookieKeys, strengthOf }, sections),
      ]),
    );
  };
  const isAdministeredHere = config.admin.enabled && config.admin.listen === undefined;
  return {
    administrationRoutes,
    administration: late(isAdministeredHere ? administrationPaths(config) : [], administrationRoutes),
    accountPages: late([accountPath], accountRoutes),
  };
};
