import { randomBytes } from 'node:crypto';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ApplicationContext,
  email,
  fullName,
  type LanguageClient,
  libraryEnvironment,
  userName,
} from './language-client.ts';
import { runProgram } from './run-program.ts';

const apps = join(import.meta.dirname, 'apps/go');

/** Installs a program at an exact version. */
export const installGoProgram = async (folder: string, program: string): Promise<void> => {
  await runProgram('go', ['install', program], { cwd: folder, env: { GOBIN: folder } });
};

/** Builds an application of `apps/go` with exact versions of its modules. */
export const buildGo = async (folder: string, app: string, modules: readonly string[]): Promise<void> => {
  await copyFile(join(apps, app, 'main.go'), join(folder, 'main.go'));
  await runProgram('go', ['mod', 'init', 'interop'], { cwd: folder });
  await runProgram('go', ['get', ...modules], { cwd: folder });
  await runProgram('go', ['mod', 'tidy'], { cwd: folder });
  await runProgram('go', ['build', '-o', 'app', '.'], { cwd: folder });
};

const launch = async ({ installed, issuer, id, secret, port }: ApplicationContext) => ({
  command: join(installed, 'app'),
  args: [],
  env: { ISSUER: issuer, CLIENT_ID: id, CLIENT_SECRET: secret, PORT: String(port) },
});

const goOidc: LanguageClient = {
  name: 'go-oidc',
  version: '3.21.0',
  needs: ['go'],
  recipe: 'library',
  callback: '/callback',
  start: '/login',
  reads: [email, fullName],
  install: (folder) =>
    buildGo(folder, 'go-oidc', ['github.com/coreos/go-oidc/v3@v3.21.0', 'golang.org/x/oauth2@v0.37.0']),
  launch: async (context) => ({
    command: join(context.installed, 'app'),
    args: [],
    env: libraryEnvironment(context, '/callback'),
  }),
};

const goth: LanguageClient = {
  name: 'goth (Gitea, Forgejo)',
  version: '1.82.0',
  needs: ['go'],
  recipe: 'gitea',
  callback: '/user/oauth2/postern/callback',
  start: '/user/oauth2/postern',
  reads: [email, fullName],
  install: (folder) => buildGo(folder, 'goth', ['github.com/markbates/goth@v1.82.0']),
  launch,
};

const oauth2Proxy: LanguageClient = {
  name: 'oauth2-proxy',
  version: '7.15.6',
  needs: ['go'],
  recipe: 'oauth2-proxy',
  callback: '/oauth2/callback',
  start: '/oauth2/start?rd=/oauth2/userinfo',
  reads: [email, userName],
  install: (folder) => installGoProgram(folder, 'github.com/oauth2-proxy/oauth2-proxy/v7@v7.15.6'),
  async launch({ installed, folder, issuer, id, secret, port, url, snippets }) {
    const recipe = snippets?.find(({ format }) => format === 'toml');
    const file = join(folder, 'oauth2-proxy.cfg');
    if (recipe) await writeFile(file, recipe.text);
    const own = [
      '--provider=oidc',
      `--oidc-issuer-url=${issuer}`,
      `--client-id=${id}`,
      `--client-secret=${secret}`,
      `--redirect-url=${url}/oauth2/callback`,
      `--cookie-secret=${randomBytes(16).toString('hex')}`,
      '--cookie-secure=false',
      '--email-domain=*',
    ];
    return {
      command: join(installed, 'oauth2-proxy'),
      args: [
        ...(recipe ? [`--config=${file}`] : own),
        `--http-address=localhost:${port}`,
        '--upstream=static://202',
      ],
    };
  },
};

export const goClients: readonly LanguageClient[] = [oauth2Proxy, goOidc, goth];
