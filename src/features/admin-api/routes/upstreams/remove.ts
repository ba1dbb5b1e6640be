import Type from 'typebox';
import { adminOperation } from '../../../../services/administration/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { closed } from '../../schemas.ts';
import { upstreamId } from './answer.ts';

export const removeUpstream = ({ administration }: Pick<AdminApiDependencies, 'administration'>) =>
  adminOperation({
    summary: 'Remove an upstream',
    description:
      'No one signs in by it from then on. Accounts stay linked, and its id stays with the same provider. One that a client names stays.',
    params: Type.Object({ id: upstreamId }, closed),
    needsVersion: true,
    status: 204,
    async handle({ by, params: { id }, ifVersion }) {
      await administration.upstreams.remove(by, id, { ifVersion });
      return {};
    },
  });
