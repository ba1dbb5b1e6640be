import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from 'postern/testing';
import type { LanguageClient } from './language-client.ts';
import { installPackages } from './python.ts';
import { runProgram } from './run-program.ts';

const proxy = 'configurable-http-proxy';

/** Settings as the documentation of GenericOAuthenticator has them. */
const settings = (issuer: string, id: string, secret: string, url: string): string =>
  [
    'c.JupyterHub.authenticator_class = "generic-oauth"',
    `c.GenericOAuthenticator.oauth_callback_url = "${url}/hub/oauth_callback"`,
    `c.GenericOAuthenticator.client_id = "${id}"`,
    `c.GenericOAuthenticator.client_secret = "${secret}"`,
    `c.GenericOAuthenticator.authorize_url = "${issuer}/oauth/authorize"`,
    `c.GenericOAuthenticator.token_url = "${issuer}/oauth/token"`,
    `c.GenericOAuthenticator.userdata_url = "${issuer}/userinfo"`,
    'c.GenericOAuthenticator.scope = ["openid", "profile", "email"]',
    'c.GenericOAuthenticator.username_claim = "email"',
    'c.GenericOAuthenticator.allow_all = True',
  ].join('\n');

export const jupyterHub: LanguageClient = {
  name: 'JupyterHub',
  version: '6.1.1, oauthenticator 17.4.0',
  needs: ['python3', 'node', 'npm'],
  recipe: 'jupyterhub',
  // Its proxy answers before it does.
  health: '/hub/health',
  callback: '/hub/oauth_callback',
  start: '/hub/oauth_login?next=%2Fhub%2Fhome',
  // It shows the user name only, which is what it reads: the e-mail address here, and the user name in the recipe.
  reads: [/data-user="ada\b|user: "ada\b|\bada(@example\.com)?\s*</],
  async install(folder) {
    await installPackages(folder, ['jupyterhub==6.1.1', 'oauthenticator==17.4.0']);
    await runProgram('npm', ['install', '--no-audit', '--no-fund', `${proxy}@5.3.0`], { cwd: folder });
  },
  async launch({ installed, folder, issuer, id, secret, url, snippets }) {
    const recipe = snippets?.find(({ format }) => format === 'python');
    const own = [
      `c.JupyterHub.bind_url = "${url}"`,
      `c.JupyterHub.hub_port = ${await freePort()}`,
      'c.JupyterHub.spawner_class = "simple"',
      `c.ConfigurableHTTPProxy.command = ["node", "${installed}/node_modules/${proxy}/bin/${proxy}"]`,
      `c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:${await freePort()}"`,
    ];
    const file = join(folder, 'jupyterhub_config.py');
    await writeFile(file, [...own, recipe?.text ?? settings(issuer, id, secret, url), ''].join('\n'));
    return { command: join(installed, 'environment/bin/jupyterhub'), args: [`--config=${file}`] };
  },
};
