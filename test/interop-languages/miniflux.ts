import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installGoProgram } from './go.ts';
import type { LanguageClient } from './language-client.ts';
import { startPostgres } from './postgres.ts';

/** Settings as its documentation of OpenID Connect has them. */
const settings = (issuer: string, id: string, secret: string, url: string): string =>
  [
    `BASE_URL=${url}`,
    'OAUTH2_PROVIDER=oidc',
    `OAUTH2_CLIENT_ID=${id}`,
    `OAUTH2_CLIENT_SECRET=${secret}`,
    `OAUTH2_REDIRECT_URL=${url}/oauth2/oidc/callback`,
    `OAUTH2_OIDC_DISCOVERY_ENDPOINT=${issuer}`,
    'OAUTH2_USER_CREATION=1',
  ].join('\n');

export const miniflux: LanguageClient = {
  name: 'Miniflux',
  version: '2.3.5',
  needs: ['go', 'psql'],
  recipe: 'miniflux',
  callback: '/oauth2/oidc/callback',
  start: '/oauth2/oidc/redirect',
  shows: '/authentication',
  // It has no other field of a person than the user name.
  reads: [/name="username" id="form-username" value="ada(@example\.com)?"/],
  install: (folder) => installGoProgram(folder, 'miniflux.app/v2@v2.3.5'),
  async launch({ installed, folder, issuer, id, secret, port, url, snippets }) {
    const recipe = snippets?.find(({ format }) => format === 'env');
    const database = await startPostgres(folder);
    const file = join(folder, 'miniflux.conf');
    const own = [`DATABASE_URL=${database.connection}`, 'RUN_MIGRATIONS=1', `LISTEN_ADDR=localhost:${port}`];
    await writeFile(file, [...own, recipe?.text ?? settings(issuer, id, secret, url), ''].join('\n'));
    return {
      command: join(installed, 'miniflux.app'),
      args: ['-config-file', file],
      release: database.stop,
    };
  },
};
