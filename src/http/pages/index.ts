/**
 * The scope of pages for people: HTML, flat forms from this origin only, cookies and page headers. Features and `views/`
 * decide what each page shows.
 */
import formbody from '@fastify/formbody';
import type { FastifyPluginAsync } from 'fastify';
import type { Config } from '#config';
import { bufferBody } from '../bodies.ts';
import type { createAnswerError } from './answer-error.ts';
import { createForeignFormCheck, type OriginOf } from './foreign-forms.ts';
import { parseForm } from './form.ts';

interface Dependencies {
  readonly config: Config;
  readonly answerError: ReturnType<typeof createAnswerError>;
  /** Default: the issuer's. */
  readonly originOf?: OriginOf;
}

export const pagesScope =
  (
    { config, answerError, originOf }: Dependencies,
    plugins: readonly FastifyPluginAsync[],
  ): FastifyPluginAsync =>
  async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addHook('preParsing', bufferBody(config.security.max_body_bytes));
    await scope.register(formbody, { parser: parseForm });
    scope.addHook('onRequest', createForeignFormCheck(config, originOf));
    scope.setErrorHandler(answerError);
    for (const plugin of plugins) await scope.register(plugin);
  };
