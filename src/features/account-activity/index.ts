/**
 * Owns the page that shows people what happened to their account: sign-ins, also refused ones, and changes. It reads the
 * audit record, so it is absent where that is off. What is recorded belongs to services/audit.
 *
 * GET /account/activity   the newest first; `?after=` leads to older ones
 */
import type { Feature } from '../../feature.ts';
import type { AccountActivityDependencies } from './dependencies.ts';
import { activityPath } from './paths.ts';

export const accountActivity = (dependencies: AccountActivityDependencies): Feature => {
  if (!dependencies.config.audit.enabled) return { name: 'account-activity' };
  return {
    name: 'account-activity',
    account: {
      menu: {
        path: activityPath,
        label: ({ account }) => account.activity.title,
        purpose: ({ account }) => account.overview.activity,
      },
      pages: async (account) => (await import('./activity-pages.ts')).activityPages(dependencies)(account),
      exports: {
        activity: async (owner) => (await import('./activity-pages.ts')).exportActivity(dependencies)(owner),
      },
    },
  };
};
