import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { buildGo, installGoProgram } from './go.ts';
import type { LanguageClient, PrintedSnippet, Visit } from './language-client.ts';
import { findProgram } from './run-program.ts';

/** What `--exec-arg=` gives to kubelogin in the command that the recipe prints. */
const printedArguments = (snippets: readonly PrintedSnippet[] | undefined): readonly string[] | undefined => {
  const command = snippets?.find(({ format }) => format === 'sh')?.text;
  if (command === undefined) return undefined;
  const values = [...command.matchAll(/--exec-arg=(\S+)/g)].map(([, value = '']) => value);
  return values.slice(values.indexOf('get-token'));
};

/** The flag of a user name from the e-mail address, as the documentation of Kubernetes shows it. */
const settings = (issuer: string, id: string): string =>
  stringify({
    apiVersion: 'apiserver.config.k8s.io/v1beta1',
    kind: 'AuthenticationConfiguration',
    jwt: [
      {
        issuer: { url: issuer, audiences: [id] },
        claimMappings: { username: { claim: 'email', prefix: '' } },
      },
    ],
  });

const kubeApiserver: LanguageClient = {
  name: 'kube-apiserver (authenticator)',
  version: 'k8s.io/apiserver 0.37.2',
  type: 'native',
  https: true,
  needs: ['go'],
  recipe: 'kubernetes',
  callback: '',
  start: '/login',
  // A user has a name and groups. The recipe takes the name from the user name.
  reads: [/"user":"(postern:)?ada\b/],
  install: (folder) =>
    buildGo(folder, 'kube-apiserver', ['k8s.io/apiserver@v0.37.2', 'golang.org/x/oauth2@v0.37.0']),
  async launch({ installed, folder, issuer, certificateFile = '', id, port, snippets }) {
    const file = join(folder, 'authentication.yaml');
    const recipe = snippets?.find(({ format }) => format === 'yaml');
    await writeFile(file, recipe?.text ?? settings(issuer, id));
    const more = printedArguments(snippets) ?? ['--oidc-extra-scope=email'];
    const scopes = more.flatMap((argument) => /^--oidc-extra-scope=(.+)/.exec(argument)?.[1] ?? []);
    return {
      command: join(installed, 'app'),
      args: [],
      env: {
        CONFIGURATION: file,
        CERTIFICATE: certificateFile,
        CLIENT_ID: id,
        SCOPES: ['openid', ...scopes].join(' '),
        PORT: String(port),
      },
    };
  },
};

const maxMilliseconds = 20_000;

/** kubelogin prints the ID token for kubectl after its page was shown. */
const signIn = async ({ context, browser, output, follow }: Visit): Promise<string> => {
  const end = await follow(await browser.open(context.url));
  const until = Date.now() + maxMilliseconds;
  while (Date.now() < until) {
    const token = /"token":"([^"]+)"/.exec(output())?.[1];
    if (token !== undefined) return Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
    await sleep(100);
  }
  return end.body;
};

const kubelogin: LanguageClient = {
  name: 'kubelogin',
  version: '1.36.3',
  type: 'native',
  needs: ['go'],
  recipe: 'kubernetes',
  callback: '',
  start: signIn,
  // It reads no claim but this one, and hands the token to kubectl.
  reads: [/"sub":"/],
  async install(folder) {
    // The module proxy may not have it: then a kubelogin of this machine is used.
    const program = await findProgram('kubelogin');
    if (program === undefined) await installGoProgram(folder, 'github.com/int128/kubelogin@v1.36.3');
    else await copyFile(program, join(folder, 'kubelogin'));
  },
  async launch({ installed, folder, issuer, id, port, snippets }) {
    const own = ['get-token', `--oidc-issuer-url=${issuer}`, `--oidc-client-id=${id}`];
    return {
      command: join(installed, 'kubelogin'),
      args: [
        ...(printedArguments(snippets) ?? own),
        '--skip-open-browser',
        `--listen-address=localhost:${port}`,
        `--token-cache-dir=${folder}/tokens`,
      ],
    };
  },
};

export const kubernetesClients: readonly LanguageClient[] = [kubeApiserver, kubelogin];
