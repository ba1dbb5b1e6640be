/**
 * The door of people: HTML, flat forms from this origin only, cookies, page headers. What each page shows is the
 * business of features and `views/`.
 */
import formbody from '@fastify/formbody';
import type { FastifyPluginAsync } from 'fastify';
import type { Config } from '#config';
import { Failure } from '../../errors.ts';
import { asOnePiece } from '../bodies.ts';
import type { createErrorAnswer } from './answer-error.ts';

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
  readonly answerError: ReturnType<typeof createErrorAnswer>;
}

export const pagesDoor =
  ({ config, answerError }: Parts, rooms: readonly FastifyPluginAsync[]): FastifyPluginAsync =>
  async (scope) => {
    const refuse = refuseForeignForms(config);
    scope.removeAllContentTypeParsers();
    scope.addHook('preParsing', asOnePiece(config.security.max_body_bytes));
    await scope.register(formbody, { parser: parseForm });
    scope.addHook('onRequest', async (request) => {
      if (request.method === 'POST') refuse(request.headers);
    });
    scope.setErrorHandler(answerError);
    for (const room of rooms) await scope.register(room);
  };
