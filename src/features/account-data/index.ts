/**
 * Owns what people do with their account as a whole: a copy of all data of it, and, with `profile.delete_account`, its
 * deletion. What the copy holds comes from the sections of the account pages.
 *
 * GET  /account/data            offers the copy, and the deletion
 * POST /account/data            the copy, as a JSON file; it needs a recent sign-in
 * GET  /account/delete          says what is removed and what stays, and asks; it needs a recent sign-in
 * POST /account/delete          another user name was typed: 422 · what was signed in has ended meanwhile: 303 to the
 *                               sign-in · otherwise everything ends and the account is removed: 303 to /account/deleted
 * GET  /account/deleted         says so
 */
import type { Feature } from '../../feature.ts';
import { deletedPage } from './deleted-page.ts';
import type { AccountDataDependencies } from './dependencies.ts';
import { dataPath } from './paths.ts';

export const accountData = (dependencies: AccountDataDependencies): Feature => {
  const canDelete = dependencies.config.profile.delete_account;
  return {
    name: 'account-data',
    ...(canDelete && { pages: deletedPage(dependencies) }),
    account: {
      menu: {
        path: dataPath,
        label: ({ account }) => account.data.menu,
        purpose: ({ account }) => account.overview.data,
      },
      pages: async (account) => {
        const [{ copyPages }, { deletePages }] = await Promise.all([
          import('./copy-pages.ts'),
          import('./delete-pages.ts'),
        ]);
        return async (scope) => {
          await scope.register(copyPages(dependencies, account));
          if (canDelete) await scope.register(deletePages(dependencies, account));
        };
      },
    },
  };
};
