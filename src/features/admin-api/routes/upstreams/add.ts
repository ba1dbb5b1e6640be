import { adminOperation, describeUpstream } from '../../../../services/administration/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { upstream } from './answer.ts';
import { fromBody, newUpstreamBody } from './body.ts';

export const addUpstream = ({ administration }: Pick<AdminApiDependencies, 'administration'>) =>
  adminOperation({
    summary: 'Add an upstream',
    description:
      'The content has the keys of `upstreams` in the configuration, with values in place of files.',
    body: newUpstreamBody,
    answer: upstream,
    status: 201,
    async handle({ by, body }) {
      const { settings, enabled } = fromBody(body);
      const added = await administration.upstreams.add(by, settings, { enabled });
      return {
        body: describeUpstream(added),
        version: added.version,
        location: `/upstreams/${added.id}`,
      };
    },
  });
