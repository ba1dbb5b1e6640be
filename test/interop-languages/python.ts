import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { email, fullName, type LanguageClient, libraryEnvironment } from './language-client.ts';
import { runProgram } from './run-program.ts';

const apps = join(import.meta.dirname, 'apps/python');

interface PythonClient
  extends Pick<LanguageClient, 'name' | 'version' | 'recipe' | 'callback' | 'start' | 'shows' | 'reads'> {
  readonly packages: readonly string[];
  readonly app: string;
}

/** Installs packages into a virtual environment of their own. */
export const installPackages = async (folder: string, packages: readonly string[]): Promise<void> => {
  await runProgram('python3', ['-m', 'venv', 'environment'], { cwd: folder });
  await runProgram(join(folder, 'environment/bin/pip'), ['install', '--quiet', ...packages], {
    cwd: folder,
  });
};

/** An application with a library, which reads what the recipe for libraries prints. */
const pythonLibrary = (name: string, version: string, packages: string, app: string): LanguageClient => ({
  name,
  version,
  needs: ['python3'],
  recipe: 'library',
  callback: '/callback',
  start: '/login',
  reads: [email, fullName],
  install: (folder) => installPackages(folder, [packages]),
  launch: async (context) => ({
    command: join(context.installed, 'environment/bin/python'),
    args: [join(apps, app)],
    env: { ...libraryEnvironment(context, '/callback'), PYTHONDONTWRITEBYTECODE: '1' },
  }),
});

/** A web application in a virtual environment of its own. */
const pythonClient = ({ packages, app, ...client }: PythonClient): LanguageClient => ({
  ...client,
  needs: ['python3'],
  install: (folder) => installPackages(folder, packages),
  async launch({ installed, folder, issuer, id, secret, port, snippets }) {
    const recipe = snippets?.find(({ format }) => format === 'python');
    if (recipe) await writeFile(join(folder, 'recipe.py'), recipe.text);
    const isBeside = / beside manage\.py$/;
    for (const { where, text } of snippets?.filter((snippet) => isBeside.test(snippet.where)) ?? [])
      await writeFile(join(folder, where.split(',', 1)[0] ?? ''), text);
    return {
      command: join(installed, 'environment/bin/python'),
      args: [join(apps, app)],
      env: {
        ISSUER: issuer,
        CLIENT_ID: id,
        CLIENT_SECRET: secret,
        PORT: String(port),
        DATABASE: join(folder, 'site.db'),
        PYTHONDONTWRITEBYTECODE: '1',
        ...(recipe && { RECIPE: join(folder, 'recipe.py') }),
      },
    };
  },
});

export const pythonClients: readonly LanguageClient[] = [
  pythonClient({
    name: 'Authlib (Flask)',
    version: '1.9.10',
    packages: ['Authlib==1.9.10', 'Flask==3.1.3', 'requests==2.34.2'],
    app: 'authlib_app.py',
    recipe: 'authlib',
    callback: '/authorize',
    start: '/login',
    reads: [email, fullName],
  }),
  pythonClient({
    name: 'django-allauth',
    version: '65.22.1',
    packages: ['Django==5.2.19', 'django-allauth[socialaccount]==65.22.1'],
    app: 'allauth_app.py',
    recipe: 'django-allauth',
    callback: '/accounts/oidc/postern/login/callback/',
    start: '/accounts/oidc/postern/login/',
    shows: '/me',
    reads: [email, fullName],
  }),
  pythonClient({
    name: 'mozilla-django-oidc',
    version: '5.0.2',
    packages: ['Django==5.2.19', 'mozilla-django-oidc==5.0.2'],
    app: 'mozilla_app.py',
    recipe: 'mozilla-django-oidc',
    callback: '/oidc/callback/',
    start: '/oidc/authenticate/',
    shows: '/me',
    reads: [email],
  }),
  pythonClient({
    name: 'python-social-auth (Django)',
    version: '8.0.0',
    packages: ['Django==5.2.19', 'social-auth-app-django==8.0.0', 'social-auth-core==7.0.0'],
    app: 'social_app.py',
    recipe: 'netbox',
    callback: '/oauth/complete/oidc/',
    start: '/begin',
    shows: '/me',
    reads: [email, fullName],
  }),
  pythonLibrary('pyoidc', '1.7.0', 'oic==1.7.0', 'pyoidc_app.py'),
  pythonLibrary('idpyoidc', '5.0.0', 'idpyoidc==5.0.0', 'idpyoidc_app.py'),
];
