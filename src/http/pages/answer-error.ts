import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '#config';
import type { Clock } from '../../store/port.ts';
import { errorPage } from '../../views/pages/error.ts';
import { answerFault, explain } from '../faults.ts';
import { errorKindOf } from './error-kind.ts';
import type { Pages } from './pages.ts';
import { wantsHtml } from './wants-html.ts';

interface Parts {
  readonly config: Pick<Config, 'issuer'>;
  readonly pages: Pages;
  readonly clock: Clock;
}

/** Whatever went wrong: a page for people, JSON for programs. */
export const createErrorAnswer = ({ config, pages, clock }: Parts) => {
  const answerProgram = answerFault(config.issuer);
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined => {
    if (!wantsHtml(request.headers.accept)) {
      answerProgram(error, request, reply);
      return;
    }
    const fault = explain(error);
    if (fault.status >= 500) request.log.error({ err: error }, 'page failed');
    if (fault.status === 503) reply.header('retry-after', '2');
    const wait = Number(reply.getHeader('retry-after'));
    const body = errorPage(pages.pageFor(request), {
      kind: errorKindOf(fault.error, fault.status),
      code: fault.error,
      status: fault.status,
      description: fault.description,
      time: new Date(clock.now()),
      ...(wait > 0 && { retryAfter: wait }),
    });
    // A popup keeps its opener, so that the application hears of its end.
    return pages.send(request, reply, body, { status: fault.status, popup: true });
  };
};
