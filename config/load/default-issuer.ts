import type { Config } from '../sections/index.ts';

/**
 * The default issuer has the configured port. Port 0 doesn't change it, because the port is known only when the server
 * listens.
 */
export const withDefaultIssuer = (config: Config): Config => {
  const { port } = config.listen;
  return port === 0 ? config : { ...config, issuer: `http://localhost:${port}` };
};
