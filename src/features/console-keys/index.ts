/**
 * Owns the pages for keys in the console.
 *
 * GET      /admin/keys
 * GET POST /admin/keys/rotate          what a rotation would do, and the rotation
 * GET POST /admin/keys/:kid/remove     removes a key that no longer signs
 */
import type { Feature } from '../../feature.ts';
import { formRoutes } from '../../services/console-pages/index.ts';
import type { ConsoleKeysDependencies } from './key-pages.ts';
import { keysPath } from './paths.ts';

const recent = { permission: 'keys', needsRecentSignIn: true } as const;

export const consoleKeys = (all: ConsoleKeysDependencies): Feature => {
  const rotate = async () => (await import('./rotate.ts')).rotateKeys(all);
  const remove = async () => (await import('./key-pages.ts')).removeKey(all);
  return {
    name: 'console-keys',
    console: {
      menu: { path: keysPath, permission: 'read', label: ({ operation }) => operation.keys.menu },
      routes: [
        {
          method: 'GET',
          path: keysPath,
          permission: 'read',
          load: async () => (await import('./key-pages.ts')).listKeys(all),
        },
        ...formRoutes({ path: `${keysPath}/rotate`, load: rotate, ...recent }),
        ...formRoutes({ path: `${keysPath}/:kid/remove`, load: remove, ...recent }),
      ],
    },
  };
};
