import Type from 'typebox';
import { adminOperation } from '../../../../services/administration/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { text } from '../../schemas.ts';

const count = (description: string) => Type.Integer({ description, minimum: 0 });

export const getHealth = ({
  config,
  readiness,
  audit,
  version,
}: Pick<AdminApiDependencies, 'config' | 'readiness' | 'audit' | 'version'>) =>
  adminOperation({
    summary: 'Say how the server is',
    answer: Type.Object({
      version: text('The version of Postern.'),
      mode: text('development or production.'),
      issuer: text('The issuer.'),
      ready: Type.Boolean({ description: 'Whether this process takes traffic.' }),
      checks: Type.Array(
        Type.Object({
          name: text('What was checked.'),
          ok: Type.Boolean(),
          reason: Type.Optional(Type.String()),
          fix: Type.Optional(Type.String()),
        }),
      ),
      audit: Type.Object({
        waiting: count('Records of this process that are not written yet.'),
        written: count('Records that this process has written.'),
        dropped: count('Records that were lost while the store was away.'),
      }),
    }),
    status: 200,
    async handle() {
      const { ready, checks } = await readiness.check();
      const { waiting, written, dropped } = audit.state();
      const { mode, issuer } = config;
      return { body: { version, mode, issuer, ready, checks, audit: { waiting, written, dropped } } };
    },
  });
