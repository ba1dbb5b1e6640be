import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import type { Feature } from '../feature.ts';
import type { FeatureDependencies } from '../features/dependencies.ts';
import { assets } from '../http/assets/index.ts';
import { engineScope } from '../http/engine/index.ts';
import { interactionScope } from '../http/interactions/index.ts';
import type { createAnswerError } from '../http/pages/answer-error.ts';
import { pagesScope } from '../http/pages/index.ts';
import { type Theme, themeRoutes } from '../http/theme/index.ts';
import { routes } from '../provider/paths.ts';
import { imageRoutes } from '../services/images/index.ts';
import { jwksRoute } from '../services/keys/index.ts';

interface Dependencies extends FeatureDependencies {
  readonly answerError: ReturnType<typeof createAnswerError>;
  /** Stylesheet, logo and other images of the site. */
  readonly images: FastifyPluginAsync;
}

type ImageDependencies = Pick<FeatureDependencies, 'store' | 'clock' | 'services'> & {
  readonly theme: Theme;
};

export const createImages =
  ({ store, clock, services: { siteImages }, theme }: ImageDependencies): FastifyPluginAsync =>
  async (scope) => {
    await scope.register(themeRoutes(theme));
    await scope.register(imageRoutes({ store, clock, siteImages }));
  };

/** The routes of the engine and of the features, except for those of the late pages. */
export const registerRoutes = async (
  server: FastifyInstance,
  dependencies: Dependencies,
  features: readonly Feature[],
): Promise<void> => {
  const { config, engine, answerError, services, images } = dependencies;
  const { keys, cookieKeys } = services;
  const steps = features.flatMap((feature) => feature.steps ?? []);
  await server.register(engineScope({ config, engine: engine(), answerError }));
  await server.register(jwksRoute({ keys, path: routes.jwks, cacheSeconds: config.keys.jwks_cache_seconds }));
  await server.register(assets);
  await server.register(images);
  await server.register(
    pagesScope({ config, answerError }, [
      interactionScope({ ...dependencies, cookieKeys, steps }),
      ...features.flatMap((feature) => feature.pages ?? []),
    ]),
  );
  for (const { api } of features) if (api) await server.register(api);
};
