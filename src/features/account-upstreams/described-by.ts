import type { FastifyRequest } from 'fastify';
import type { AccountVisit } from '../../services/account-pages/index.ts';
import { describeRequest } from '../../services/notices/index.ts';

/** Describes who acts, in the audit record and the message to the owner of the account. */
export const describeBy = (request: FastifyRequest, { frame }: AccountVisit) => ({
  address: request.ip,
  correlation: request.id,
  notice: describeRequest(request, frame.page.messages.tag),
});
