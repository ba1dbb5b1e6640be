import type { FastifyRequest } from 'fastify';
import type { Config } from '#config';
import { Failure } from '../../errors.ts';

/**
 * The origin of a request to the port of `admin.listen`. Its host is the issuer's, because no other host gets the session
 * cookie, and because a page of another name that resolves to this address must not be able to read anything.
 */
export const ownOriginOf =
  ({ issuer }: Pick<Config, 'issuer'>) =>
  ({ raw }: FastifyRequest): string => {
    const { protocol, hostname } = new URL(issuer);
    const url = URL.parse(`${protocol}//${raw.headers.host ?? ''}`);
    if (url?.hostname === hostname) return url.origin;
    throw new Failure({
      code: 'misdirected_request',
      status: 421,
      message: `Open the console at a port of ${hostname}: the session is known there only.`,
    });
  };
