import { globSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { email, fullName, type LanguageClient } from './language-client.ts';
import { runProgram } from './run-program.ts';

const packages = [
  'libruby3.1',
  'libyaml-0-2',
  'ruby-activemodel',
  'ruby-activesupport',
  'ruby-addressable',
  'ruby-aes-key-wrap',
  'ruby-attr-required',
  'ruby-bindata',
  'ruby-concurrent',
  'ruby-domain-name',
  'ruby-hashie',
  'ruby-http-cookie',
  'ruby-httpclient',
  'ruby-i18n',
  'ruby-json-jwt',
  'ruby-mail',
  'ruby-mini-mime',
  'ruby-multi-json',
  'ruby-omniauth',
  'ruby-omniauth-openid-connect',
  'ruby-openid-connect',
  'ruby-public-suffix',
  'ruby-rack',
  'ruby-rack-oauth2',
  'ruby-rack-protection',
  'ruby-ruby2-keywords',
  'ruby-rubygems',
  'ruby-swd',
  'ruby-tzinfo',
  'ruby-unf',
  'ruby-unf-ext',
  'ruby-validate-email',
  'ruby-validate-url',
  'ruby-webfinger',
  'ruby-webrick',
  'ruby-zeitwerk',
  'ruby3.1',
  'rubygems-integration',
];

/** The provider as the documentation of GitLab has it. */
const settings = (issuer: string, id: string, secret: string, url: string): string => `
gitlab_rails['omniauth_providers'] = [
  {
    name: 'openid_connect',
    label: 'Postern',
    args: {
      name: 'openid_connect',
      scope: ['openid', 'profile', 'email'],
      response_type: 'code',
      issuer: '${issuer}',
      discovery: true,
      client_auth_method: 'query',
      uid_field: 'sub',
      client_options: {
        identifier: '${id}',
        secret: '${secret}',
        redirect_uri: '${url}/users/auth/openid_connect/callback'
      }
    }
  }
]
`;

/** Ruby and the gems from Debian's packages, unpacked into a folder. */
export const gitlab: LanguageClient = {
  name: 'GitLab (OmniAuth strategy)',
  version: 'gitlab-omniauth-openid-connect 0.10.0',
  needs: ['apt-get', 'dpkg'],
  recipe: 'gitlab',
  callback: '/users/auth/openid_connect/callback',
  start: '/users/sign_in',
  reads: [email, fullName],
  async install(folder) {
    await runProgram('apt-get', ['download', '-qq', ...packages], { cwd: folder });
    await runProgram('sh', ['-c', 'for file in *.deb; do dpkg -x "$file" root; done'], { cwd: folder });
  },
  async launch({ installed, folder, issuer, id, secret, port, url, snippets }) {
    const recipe = snippets?.find(({ format }) => format === 'ruby');
    const file = join(folder, 'gitlab.rb');
    await writeFile(file, recipe?.text ?? settings(issuer, id, secret, url));
    const root = join(installed, 'root/usr');
    const libraries = globSync([
      `${root}/lib/ruby/{3.1.0,vendor_ruby}`,
      `${root}/lib/*/ruby/{3.1.0,vendor_ruby/3.1.0}`,
    ]);
    return {
      command: join(root, 'bin/ruby3.1'),
      args: [join(import.meta.dirname, 'apps/ruby/omniauth_app.rb')],
      env: {
        CONFIGURATION: file,
        PORT: String(port),
        GEM_PATH: [`${root}/share/rubygems-integration/all`, `${root}/lib/ruby/gems/3.1.0`].join(delimiter),
        GEM_HOME: join(folder, 'gems'),
        RUBYLIB: libraries.join(delimiter),
        LD_LIBRARY_PATH: globSync(`${root}/lib/*-linux-gnu`).join(delimiter),
      },
    };
  },
};
