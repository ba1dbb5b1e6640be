import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { installGoProgram } from './go.ts';
import { email, fullName, type LanguageClient, type Visit } from './language-client.ts';
import { runProgram } from './run-program.ts';

const superuser = { identity: 'root@example.com', password: 'correct horse battery' };

/** The provider as the dashboard of PocketBase makes it, with the addresses that it asks for. */
const settings = ({ issuer, id, secret }: Visit['context']): string =>
  JSON.stringify({
    oauth2: {
      enabled: true,
      providers: [
        {
          name: 'oidc',
          clientId: id,
          clientSecret: secret,
          authURL: `${issuer}/oauth/authorize`,
          tokenURL: `${issuer}/oauth/token`,
          userInfoURL: `${issuer}/userinfo`,
        },
      ],
    },
  });

/** The part of the SDK that is used here. */
interface Collection {
  authWithPassword(identity: string, password: string): Promise<{ readonly token: string }>;
  authWithOAuth2(options: {
    readonly provider: string;
    readonly urlCallback: (url: string) => void;
  }): Promise<{ readonly record: { readonly email: string; readonly name: string } }>;
}

interface Sdk {
  readonly default: new (url: string) => { collection(name: string): Collection };
}

const signIn = async ({ context, follow }: Visit): Promise<string> => {
  const moduleOf = (file: string) =>
    import(pathToFileURL(join(context.installed, 'node_modules', file)).href);
  const { EventSource } = await moduleOf('eventsource/dist/index.js');
  Object.assign(globalThis, { EventSource });
  const { default: PocketBase }: Sdk = await moduleOf('pocketbase/dist/pocketbase.es.mjs');
  const sdk = new PocketBase(context.url);
  const { token } = await sdk
    .collection('_superusers')
    .authWithPassword(superuser.identity, superuser.password);
  const recipe = context.snippets?.find(({ format }) => format === 'json');
  const changed = await fetch(`${context.url}/api/collections/users`, {
    method: 'PATCH',
    headers: { authorization: token, 'content-type': 'application/json' },
    body: recipe?.text ?? settings(context),
  });
  if (!changed.ok) throw new Error(`the provider was refused: ${await changed.text()}`);
  const followed = Promise.withResolvers<never>();
  const visitor = new PocketBase(context.url);
  const arrived = visitor.collection('users').authWithOAuth2({
    provider: 'oidc',
    urlCallback(url) {
      follow(url).catch(followed.reject);
    },
  });
  const { record } = await Promise.race([arrived, followed.promise]);
  return JSON.stringify(record);
};

export const pocketBase: LanguageClient = {
  name: 'PocketBase',
  version: '0.36.8',
  needs: ['go', 'npm'],
  recipe: 'pocketbase',
  callback: '/api/oauth2-redirect',
  start: signIn,
  reads: [email, fullName],
  async install(folder) {
    await installGoProgram(folder, 'github.com/pocketbase/pocketbase/examples/base@v0.36.8');
    await runProgram(
      'npm',
      ['install', '--no-audit', '--no-fund', 'pocketbase@0.28.1', 'eventsource@5.1.5'],
      { cwd: folder },
    );
  },
  async launch({ installed, folder, port }) {
    const program = join(installed, 'base');
    const { identity, password } = superuser;
    await runProgram(program, ['superuser', 'upsert', identity, password, `--dir=${folder}/data`], {
      cwd: folder,
    });
    return { command: program, args: ['serve', `--http=localhost:${port}`, `--dir=${folder}/data`] };
  },
};
