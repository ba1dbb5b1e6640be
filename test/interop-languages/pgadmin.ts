import { globSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { email, type LanguageClient, type Visit } from './language-client.ts';
import { installPackages } from './python.ts';

/** The provider as the documentation of pgAdmin has it. */
const settings = (issuer: string, id: string, secret: string): string => `
AUTHENTICATION_SOURCES = ["oauth2", "internal"]
OAUTH2_AUTO_CREATE_USER = True
OAUTH2_CONFIG = [
    {
        "OAUTH2_NAME": "postern",
        "OAUTH2_DISPLAY_NAME": "Postern",
        "OAUTH2_CLIENT_ID": "${id}",
        "OAUTH2_CLIENT_SECRET": "${secret}",
        "OAUTH2_TOKEN_URL": "${issuer}/oauth/token",
        "OAUTH2_AUTHORIZATION_URL": "${issuer}/oauth/authorize",
        "OAUTH2_SERVER_METADATA_URL": "${issuer}/.well-known/openid-configuration",
        "OAUTH2_API_BASE_URL": "${issuer}/",
        "OAUTH2_USERINFO_ENDPOINT": "userinfo",
        "OAUTH2_SCOPE": "openid email profile",
    }
]
`;

/** The button of its page posts a form with a token that the page has. */
const signIn = async ({ context, browser, follow }: Visit): Promise<string> => {
  const page = await browser.open(`${context.url}/login`);
  const token = /csrfToken&#34;: &#34;([^&]+)|"csrfToken": ?"([^"]+)"/.exec(page.body);
  const end = await follow(
    await browser.open(`${context.url}/authenticate/login`, {
      method: 'POST',
      body: new URLSearchParams({ csrf_token: token?.[1] ?? token?.[2] ?? '', oauth2_button: 'postern' }),
      headers: { origin: context.url, referer: `${context.url}/login` },
    }),
  );
  const database = new DatabaseSync(join(context.folder, 'pgadmin4.db'), { readOnly: true });
  const people = database.prepare("SELECT username, email FROM user WHERE auth_source = 'oauth2'").all();
  database.close();
  const signedIn = (await browser.open(`${context.url}/browser/`)).body.includes('oauth2');
  return signedIn ? JSON.stringify(people) : `${JSON.stringify(people)} ${end.url} ${end.body.slice(-300)}`;
};

export const pgAdmin: LanguageClient = {
  name: 'pgAdmin',
  version: '9.18',
  needs: ['python3'],
  recipe: 'pgadmin',
  callback: '/oauth2/authorize',
  start: signIn,
  reads: [email, /"username":"ada(@example\.com)?"/],
  install: (folder) => installPackages(folder, ['pgadmin4==9.18']),
  async launch({ installed, folder, issuer, id, secret, port, snippets }) {
    const recipe = snippets?.find(({ format }) => format === 'python');
    const own = [
      'SERVER_MODE = True',
      'DEFAULT_SERVER = "localhost"',
      `DEFAULT_SERVER_PORT = ${port}`,
      `DATA_DIR = "${folder}"`,
      `LOG_FILE = "${folder}/pgadmin4.log"`,
      `SQLITE_PATH = "${folder}/pgadmin4.db"`,
      `SESSION_DB_PATH = "${folder}/sessions"`,
      `STORAGE_DIR = "${folder}/storage"`,
      'UPGRADE_CHECK_ENABLED = False',
      'MASTER_PASSWORD_REQUIRED = False',
    ];
    const file = join(folder, 'config_local.py');
    await writeFile(file, [...own, recipe?.text ?? settings(issuer, id, secret), ''].join('\n'));
    const [program = ''] = globSync(
      join(installed, 'environment/lib/python*/site-packages/pgadmin4/pgAdmin4.py'),
    );
    return {
      command: join(installed, 'environment/bin/python'),
      args: [program],
      env: {
        PYTHONPATH: folder,
        PGADMIN_SETUP_EMAIL: 'root@example.com',
        PGADMIN_SETUP_PASSWORD: 'correct horse battery',
      },
    };
  },
};
