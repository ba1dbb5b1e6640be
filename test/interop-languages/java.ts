import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { email, fullName, type LanguageClient, libraryEnvironment } from './language-client.ts';
import { runProgram } from './run-program.ts';

const apps = join(import.meta.dirname, 'apps/java');

/** Copies the application of `apps/java`, fills the version in, and builds it. */
const build = async (
  folder: string,
  app: string,
  version: string,
  goals: readonly string[],
): Promise<void> => {
  await cp(join(apps, app), folder, { recursive: true });
  const pom = join(folder, 'pom.xml');
  await writeFile(pom, (await readFile(pom, 'utf8')).replace(/BOOT_VERSION|SDK_VERSION/, version));
  await runProgram('mvn', ['--batch-mode', '--quiet', ...goals], { cwd: folder });
};

/** Properties as the guide of Spring has them. */
const guide = (issuer: string, id: string, secret: string): string =>
  stringify({
    spring: {
      security: {
        oauth2: {
          client: {
            registration: {
              postern: { 'client-id': id, 'client-secret': secret, scope: ['openid', 'profile', 'email'] },
            },
            provider: { postern: { 'issuer-uri': issuer } },
          },
        },
      },
    },
  });

const springBoot = (version: string): LanguageClient => ({
  name: `Spring Boot ${version.split('.', 1)}`,
  version,
  needs: ['java', 'mvn'],
  recipe: 'spring-client',
  callback: '/login/oauth2/code/postern',
  start: '/me',
  reads: [email, fullName],
  install: (folder) => build(folder, 'spring-boot', version, ['package']),
  async launch({ installed, folder, issuer, id, secret, port, snippets }) {
    const recipe = snippets?.find(({ format }) => format === 'yaml');
    await writeFile(join(folder, 'application.yml'), recipe?.text ?? guide(issuer, id, secret));
    return {
      command: 'java',
      args: ['-jar', join(installed, 'target/app.jar'), `--server.port=${port}`],
      cwd: folder,
    };
  },
});

const nimbus: LanguageClient = {
  name: 'Nimbus OAuth 2.0 SDK',
  version: '11.30',
  needs: ['java', 'mvn'],
  recipe: 'library',
  callback: '/callback',
  start: '/login',
  reads: [email, fullName],
  install: (folder) => build(folder, 'nimbus', '11.30', ['package', 'dependency:copy-dependencies']),
  launch: async (context) => ({
    command: 'java',
    args: [
      '-cp',
      `${context.installed}/target/app.jar:${context.installed}/target/dependency/*`,
      'interop.Application',
    ],
    env: libraryEnvironment(context, '/callback'),
  }),
};

export const javaClients: readonly LanguageClient[] = [springBoot('3.5.7'), springBoot('4.0.7'), nimbus];
