import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { email, fullName, type LanguageClient } from './language-client.ts';
import { runProgram } from './run-program.ts';

const packages = [
  'apache2-bin',
  'libapache2-mod-auth-openidc',
  'libapr1',
  'libaprutil1',
  'libaprutil1-dbd-sqlite3',
  'libaprutil1-ldap',
  'libcjose0',
  'libhiredis0.14',
  'liblua5.3-0',
];

const modules = [
  'mpm_prefork',
  'authn_core',
  'authz_core',
  'authz_user',
  'alias',
  'cgi',
  'env',
  'headers',
  'auth_openidc',
];

const script = `#!/bin/sh
printf 'Content-Type: application/json\\r\\n\\r\\n'
printf '{"email": "%s", "name": "%s", "user": "%s"}\\n' "$OIDC_CLAIM_email" "$OIDC_CLAIM_name" "$REMOTE_USER"
`;

/** Apache and the module from Debian's packages, unpacked into a folder. */
const modAuthOpenidc: LanguageClient = {
  name: 'mod_auth_openidc (Apache)',
  version: "Debian's",
  needs: ['apt-get', 'dpkg'],
  recipe: 'apache',
  path: '/private',
  callback: '/private/redirect_uri',
  start: '/private/who',
  reads: [email, fullName],
  async install(folder) {
    await runProgram('apt-get', ['download', '-qq', ...packages], { cwd: folder });
    await runProgram('sh', ['-c', 'for file in *.deb; do dpkg -x "$file" root; done'], { cwd: folder });
  },
  async launch({ installed, folder, issuer, id, secret, port, url, snippets }) {
    const root = join(installed, 'root/usr');
    const recipe = snippets?.find(({ format }) => format === 'apache');
    const own = [
      `OIDCProviderMetadataURL ${issuer}/.well-known/openid-configuration`,
      `OIDCClientID ${id}`,
      `OIDCClientSecret ${secret}`,
      `OIDCRedirectURI ${url}/private/redirect_uri`,
      'OIDCCryptoPassphrase a-passphrase-of-this-test',
      'OIDCScope "openid email profile"',
      '<Location /private>',
      'AuthType openid-connect',
      'Require valid-user',
      '</Location>',
    ].join('\n');
    const isRoot = process.getuid?.() === 0;
    const configuration = [
      `ServerRoot ${folder}`,
      'ServerName localhost',
      `Listen 127.0.0.1:${port}`,
      'PidFile httpd.pid',
      'Mutex pthread',
      'ErrorLog "|/bin/cat"',
      ...modules.map((name) => `LoadModule ${name}_module ${root}/lib/apache2/modules/mod_${name}.so`),
      // The module answers 401 unless a browser navigates, and `fetch` of Node can't say that it does.
      'RequestHeader set Sec-Fetch-Mode navigate early',
      'RequestHeader set Sec-Fetch-Dest document early',
      ...(isRoot ? ['User www-data', 'Group www-data'] : []),
      `ScriptAlias /private/who ${join(folder, 'who.sh')}`,
      `<Directory ${folder}>`,
      'Require all granted',
      '</Directory>',
      recipe?.text ?? own,
    ];
    await writeFile(join(folder, 'httpd.conf'), `${configuration.join('\n')}\n`);
    await writeFile(join(folder, 'who.sh'), script);
    await chmod(join(folder, 'who.sh'), 0o755);
    // The child processes have another user.
    await chmod(folder, 0o755);
    return {
      command: join(root, 'sbin/apache2'),
      args: ['-D', 'FOREGROUND', '-f', join(folder, 'httpd.conf')],
      env: { LD_LIBRARY_PATH: `${root}/lib/x86_64-linux-gnu:${root}/lib/aarch64-linux-gnu` },
    };
  },
};

export const apacheClients: readonly LanguageClient[] = [modAuthOpenidc];
