import Type from 'typebox';
import { adminOperation, describeUpstream } from '../../../../services/administration/index.ts';
import { upstreamNotFound } from '../../../../services/upstreams/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { closed } from '../../schemas.ts';
import { upstream, upstreamId } from './answer.ts';

export const getUpstream = ({ storedUpstreams }: Pick<AdminApiDependencies, 'storedUpstreams'>) =>
  adminOperation({
    summary: 'Read an upstream',
    params: Type.Object({ id: upstreamId }, closed),
    answer: upstream,
    status: 200,
    async handle({ params: { id } }) {
      const found = await storedUpstreams.find(id);
      if (found === undefined) throw upstreamNotFound(id);
      return { body: describeUpstream(found), version: found.version };
    },
  });
