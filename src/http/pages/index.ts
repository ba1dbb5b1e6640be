/**
 * The door of people: HTML, flat forms from this origin only, cookies, page headers. What each page shows is the
 * business of features and `views/`.
 */
import formbody from '@fastify/formbody';
import type { FastifyPluginAsync } from 'fastify';
import type { Config } from '#config';
import { Failure } from '../../errors.ts';
import { bufferBody } from '../bodies.ts';
import type { createAnswerError } from './answer-error.ts';

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
const createForeignFormCheck = (config: Config): ((headers: Readonly<Record<string, unknown>>) => void) => {
  const issuerOrigin = new URL(config.issuer).origin;
  return ({ origin, 'sec-fetch-site': site }) => {
    const isForeign =
      (origin !== undefined && origin !== issuerOrigin) ||
      (site !== undefined && site !== 'same-origin' && site !== 'none');
    if (isForeign)
      throw new Failure({
        code: 'foreign_form',
        status: 403,
        message: 'This form was sent from another site.',
      });
  };
};

interface Dependencies {
  readonly config: Config;
  readonly answerError: ReturnType<typeof createAnswerError>;
}

export const pagesScope =
  ({ config, answerError }: Dependencies, plugins: readonly FastifyPluginAsync[]): FastifyPluginAsync =>
  async (scope) => {
    const refuseForeignForm = createForeignFormCheck(config);
    scope.removeAllContentTypeParsers();
    scope.addHook('preParsing', bufferBody(config.security.max_body_bytes));
    await scope.register(formbody, { parser: parseForm });
    scope.addHook('onRequest', async (request) => {
      if (request.method === 'POST') refuseForeignForm(request.headers);
    });
    scope.setErrorHandler(answerError);
    for (const plugin of plugins) await scope.register(plugin);
  };
