import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { identity } from './identity.ts';

type Dependencies = Readonly<Record<string, string>>;

interface Manifest {
  readonly version: string;
  readonly dependencies: Dependencies;
  readonly devDependencies: Dependencies;
}

/** The types of the test kit mention these two, so a TypeScript project needs them beside it. */
const typePackages = ['@types/node', '@types/oidc-provider'];

/** Copied into the package, see package-files.ts. */
const bundledPackages = new Set(['@picocss/pico']);

/**
 * The manifest of the package. It leaves out the pinned Node of the checkout: as a dependency it would put its own
 * `node` in front of the one of every project that installs Postern.
 */
export const packageManifest = async (root: string): Promise<object> => {
  const { version, dependencies, devDependencies }: Manifest = JSON.parse(
    await readFile(join(root, 'package.json'), 'utf8'),
  );
  const kept = Object.entries(dependencies).filter(([name]) => !bundledPackages.has(name));
  const types = typePackages.map((name) => [name, devDependencies[name]]);
  return {
    name: identity.packageName,
    version,
    description: 'An OAuth 2.x and OpenID Connect authorization server that a team runs itself',
    keywords: ['oauth2', 'openid-connect', 'oidc', 'authorization-server', 'identity-provider'],
    license: 'Apache-2.0',
    repository: { type: 'git', url: `git+${identity.repository}.git` },
    type: 'module',
    // oidc-provider warns about releases of Node that aren't LTS; 24.11 is the first LTS of its line.
    engines: { node: '^24.11.0 || >=26' },
    bin: { postern: './bin/postern' },
    imports: { '#config': './config/index.js', '#src/*': './src/*', '#adapters/*': './adapters/*' },
    exports: {
      './extension': { types: './src/extension.d.ts' },
      './testing': { types: './src/testing/index.d.ts', default: './src/testing/index.js' },
      './package.json': './package.json',
    },
    dependencies: Object.fromEntries([...kept, ...types].sort(([a = ''], [b = '']) => (a < b ? -1 : 1))),
  };
};
