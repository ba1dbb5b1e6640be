import { STATUS_CODES } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '#config';
import { explanationOf } from '../../error-codes.ts';
import { Failure, retryAfterSeconds } from '../../errors.ts';
import { toHttpError } from '../../http/errors.ts';
import { StepUpRequired } from '../../services/administration/index.ts';
import { resourceMetadataUrl } from './resource-metadata.ts';
import { TokenRefused } from './token-refused.ts';

/** What is wrong with one value of a request, by its place (RFC 6901). */
export interface InvalidValue {
  readonly pointer: string;
  readonly detail: string;
}

/** The request does not match the schemas of its operation. */
export class InvalidRequest extends Failure {
  readonly values: readonly InvalidValue[];

  constructor(message: string, values: readonly InvalidValue[] = []) {
    super({ code: 'invalid_request', status: 400, message });
    this.name = 'InvalidRequest';
    this.values = values;
  }
}

/** A quoted string of RFC 9110 §5.6.4 has no quotes and only ASCII here. */
const quoted = (text: string): string => `"${text.replaceAll(/[^\x20-\x7e]|["\\]/g, '')}"`;

type Challenger = Pick<Config, 'issuer' | 'admin'>;

/** RFC 6750 §3, RFC 9449 §7.1, RFC 9470 §3, RFC 9728 §5.1. */
const challengeFor = (error: unknown, config: Challenger, { code, message }: Failure): string => {
  const metadata = resourceMetadataUrl(config);
  const named = metadata === undefined ? '' : `, resource_metadata=${quoted(metadata)}`;
  const realm = `realm=${quoted(config.issuer)}${named}`;
  const described = `error=${quoted(code)}, error_description=${quoted(message)}`;
  if (error instanceof TokenRefused) {
    if (error.isMissing) return `Bearer ${realm}, DPoP ${realm}`;
    return `${error.scheme} ${realm}, ${described}`;
  }
  if (!(error instanceof StepUpRequired)) return `Bearer ${realm}, ${described}`;
  const { maxAge, acr } = error;
  return [
    `Bearer ${realm}, ${described}`,
    ...(maxAge === undefined ? [] : [`max_age=${maxAge}`]),
    ...(acr === undefined ? [] : [`acr_values=${quoted(acr)}`]),
  ].join(', ');
};

/** Answers with a problem (RFC 9457). `code` is the stable name, which the page at `type` explains where there is one. */
export const createSendProblem = (config: Challenger) => {
  const { issuer } = config;
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const { status, error: code, description: detail } = toHttpError(error);
    if (status >= 500) request.log.error({ err: error }, 'an administration request failed');
    if (status === 503) reply.header('retry-after', String(retryAfterSeconds));
    if (error instanceof TokenRefused && error.nonce !== undefined) reply.header('dpop-nonce', error.nonce);
    if ((status === 401 || code === 'insufficient_scope') && error instanceof Failure)
      reply.header('www-authenticate', challengeFor(error, config, error));
    const problem = {
      type: explanationOf(code) ? `${issuer}/errors/${code}` : 'about:blank',
      title: STATUS_CODES[status] ?? 'Error',
      status,
      detail,
      code,
      instance: `urn:postern:request:${request.id}`,
      ...(error instanceof InvalidRequest && error.values.length > 0 && { errors: error.values }),
    };
    return reply
      .code(status)
      .header('cache-control', 'no-store')
      .header('content-type', 'application/problem+json')
      .send(JSON.stringify(problem));
  };
};
