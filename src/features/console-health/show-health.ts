import { formatSource } from '#config';
import type { ConsoleHandler } from '../../services/console-pages/index.ts';
import { healthPage } from '../../views/console/operation/health.ts';
import { type ConsoleHealthDependencies, healthPath } from './dependencies.ts';

export const showHealth =
  ({ config, readiness, audit, version, settings }: ConsoleHealthDependencies): ConsoleHandler =>
  async ({ frame, query }) => {
    const { ready, checks } = await readiness.check();
    const showsDefaults = query['defaults'] === 'yes';
    const values = settings().map(({ path, value, source }) => ({
      path,
      value: typeof value === 'string' ? value : JSON.stringify(value),
      source: formatSource(source),
    }));
    return {
      page: healthPage(frame, {
        path: healthPath,
        version,
        mode: config.mode,
        issuer: config.issuer,
        metadata: `${config.issuer}/.well-known/openid-configuration`,
        isReady: ready,
        checks,
        audit: audit.state(),
        values: showsDefaults ? values : values.filter(({ source }) => source !== 'default'),
        showsDefaults,
      }),
    };
  };
