/**
 * The door of people: HTML, flat forms from this origin only, cookies, page headers. What each page shows is the
 * business of features and `views/`.
 */
import formbody from '@fastify/formbody';
import type { FastifyPluginAsync } from 'fastify';
import type { Config } from '#config';
import { Failure } from '../../errors.ts';
import type { Clock } from '../../store/port.ts';
import { errorPage } from '../../views/pages/error.ts';
import { explain } from '../faults.ts';
import { errorKindOf } from './error-kind.ts';
import type { Pages } from './pages.ts';
import { wantsHtml } from './wants-html.ts';

/** Flat, without a prototype, each field once: nothing here can become an object or a list. */
export const parseForm = (text: string): Record<string, string> => {
  const form: Record<string, string> = Object.create(null);
  for (const [name, value] of new URLSearchParams(text)) {
    if (name in form) {
      throw new Failure({
        code: 'invalid_request',
        message: `the field ${JSON.stringify(name.slice(0, 40))} was sent twice`,
      });
    }
    form[name] = value;
  }
  return form;
};

/** A form of another site: browsers say so (`Origin`, Fetch Metadata), and older ones lack the seal. */
const refuseForeignForms = (config: Config): ((headers: Readonly<Record<string, unknown>>) => void) => {
  const own = new URL(config.issuer).origin;
  return ({ origin, 'sec-fetch-site': site }) => {
    const foreign =
      (origin !== undefined && origin !== own) ||
      (site !== undefined && site !== 'same-origin' && site !== 'none');
    if (foreign)
      throw new Failure({
        code: 'foreign_form',
        status: 403,
        message: 'This form was sent from another site.',
      });
  };
};

interface Parts {
  readonly config: Config;
  readonly pages: Pages;
  readonly clock: Clock;
}

export const pagesDoor =
  ({ config, pages, clock }: Parts, rooms: readonly FastifyPluginAsync[]): FastifyPluginAsync =>
  async (scope) => {
    const refuse = refuseForeignForms(config);
    scope.removeAllContentTypeParsers();
    await scope.register(formbody, { parser: parseForm });
    scope.addHook('onRequest', async (request) => {
      if (request.method === 'POST') refuse(request.headers);
    });
    scope.setErrorHandler((error, request, reply) => {
      const fault = explain(error);
      if (fault.status >= 500) request.log.error({ err: error }, 'page failed');
      else request.log.info({ reason: fault.error }, 'refused');
      if (fault.status === 503) reply.header('retry-after', '2');
      if (!wantsHtml(request.headers.accept)) {
        return reply
          .code(fault.status)
          .header('cache-control', 'no-store')
          .send({ error: fault.error, error_description: fault.description });
      }
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
    });
    for (const room of rooms) await scope.register(room);
  };
