import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '#config';
import { retryAfterSeconds } from '../../errors.ts';
import type { Clock } from '../../store/port.ts';
import { errorPage } from '../../views/pages/error.ts';
import { createErrorHandler } from '../error-handler.ts';
import { toHttpError } from '../errors.ts';
import { errorKindOf } from './error-kind.ts';
import type { Pages } from './pages.ts';
import { wantsHtml } from './wants-html.ts';

interface Dependencies {
  readonly config: Pick<Config, 'issuer'>;
  readonly pages: Pages;
  readonly clock: Clock;
}

/** Answers any error with a page for people and with JSON for programs. */
export const createAnswerError = ({ config, pages, clock }: Dependencies) => {
  const answerJson = createErrorHandler(config.issuer);
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined => {
    if (!wantsHtml(request.headers.accept)) {
      answerJson(error, request, reply);
      return;
    }
    const httpError = toHttpError(error);
    if (httpError.status >= 500) request.log.error({ err: error }, 'page failed');
    if (httpError.status === 503) reply.header('retry-after', String(retryAfterSeconds));
    const retryAfter = Number(reply.getHeader('retry-after'));
    const body = errorPage(pages.pageFor(request), {
      kind: errorKindOf(httpError.error, httpError.status),
      code: httpError.error,
      status: httpError.status,
      description: httpError.description,
      time: new Date(clock.now()),
      ...(retryAfter > 0 && { retryAfter }),
    });
    // A popup keeps its opener, so that the application notices when it closes.
    return pages.send(request, reply, body, { status: httpError.status, popup: true });
  };
};
