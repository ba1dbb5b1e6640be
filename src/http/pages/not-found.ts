import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../store/port.ts';
import { errorPage } from '../../views/pages/error.ts';
import { sendNotFound } from '../error-handler.ts';
import type { Pages } from './pages.ts';
import { wantsHtml } from './wants-html.ts';

/** Answers requests that match no route with a page for people and with JSON for programs. */
export const createNotFoundHandler =
  (pages: Pages, clock: Clock) =>
  (request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined => {
    if (!wantsHtml(request.headers.accept)) {
      sendNotFound(request, reply);
      return;
    }
    const body = errorPage(pages.pageFor(request), {
      kind: 'notFound',
      code: 'not_found',
      status: 404,
      time: new Date(clock.now()),
    });
    return pages.send(request, reply, body, { status: 404 });
  };
