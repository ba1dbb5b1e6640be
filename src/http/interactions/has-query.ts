import type { FastifyRequest } from 'fastify';

/** Links on a page of a step carry a flag in the query: `?another=yes`. */
export const hasQuery = ({ query }: FastifyRequest, name: string): boolean =>
  typeof query === 'object' && query !== null && name in query;
