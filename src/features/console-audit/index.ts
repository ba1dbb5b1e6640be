/**
 * Owns the pages for the audit record in the console. All filters are in the address.
 *
 * GET /admin/audit
 * GET /admin/audit/export   CSV or JSON lines, recorded like any other export
 */
import type { Feature } from '../../feature.ts';
import { consolePaths } from '../../services/console-pages/index.ts';
import type { ConsoleAuditDependencies } from './audit-pages.ts';

const { audit: auditPath } = consolePaths;

export const consoleAudit = (all: ConsoleAuditDependencies): Feature => ({
  name: 'console-audit',
  console: {
    menu: { path: auditPath, permission: 'audit', label: ({ operation }) => operation.audit.menu },
    routes: [
      {
        method: 'GET',
        path: auditPath,
        permission: 'audit',
        load: async () => (await import('./audit-pages.ts')).listAudit(all),
      },
      {
        method: 'GET',
        path: `${auditPath}/export`,
        permission: 'audit',
        load: async () => (await import('./audit-pages.ts')).exportAudit(all),
      },
    ],
  },
});
