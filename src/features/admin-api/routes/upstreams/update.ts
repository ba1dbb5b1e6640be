import Type from 'typebox';
import { adminOperation, describeUpstream } from '../../../../services/administration/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { closed } from '../../schemas.ts';
import { upstream, upstreamId } from './answer.ts';
import { changedUpstreamBody, fromBody } from './body.ts';

export const updateUpstream = ({ administration }: Pick<AdminApiDependencies, 'administration'>) =>
  adminOperation({
    summary: 'Change an upstream',
    description:
      'A key that is named is replaced as a whole, null removes it, and others stay. `issuer`, `preset` and `oauth2` say whose people these are, and can not be changed.',
    params: Type.Object({ id: upstreamId }, closed),
    body: changedUpstreamBody,
    answer: upstream,
    needsVersion: true,
    status: 200,
    async handle({ by, params: { id }, body, ifVersion }) {
      const { settings, enabled } = fromBody(body);
      const updated = await administration.upstreams.update(by, id, settings, { enabled, ifVersion });
      return { body: describeUpstream(updated), version: updated.version };
    },
  });
