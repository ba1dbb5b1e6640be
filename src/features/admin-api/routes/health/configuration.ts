import Type from 'typebox';
import { formatSource } from '#config';
import { adminOperation } from '../../../../services/administration/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { text } from '../../schemas.ts';

export const getConfiguration = ({ settings }: Pick<AdminApiDependencies, 'settings'>) =>
  adminOperation({
    summary: 'Read the effective configuration',
    description: 'Each value with its source, as `postern config print`. Secrets are masked.',
    answer: Type.Object({
      items: Type.Array(
        Type.Object({
          path: text('The name of the key.'),
          value: Type.Unknown({ description: 'Its value. A secret is masked.' }),
          source: text('default, or the file, the variable or the flag that sets it.'),
        }),
      ),
    }),
    status: 200,
    async handle() {
      const items = settings().map(({ path, value, source }) => ({
        path,
        value,
        source: formatSource(source),
      }));
      return { body: { items } };
    },
  });
