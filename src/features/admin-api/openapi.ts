import { STATUS_CODES } from 'node:http';
import type { TSchema } from 'typebox';
import { adminAudience, adminScopes, type Config } from '#config';
import { type AdminOperation, type AdminRoute, scopeFor } from '../../services/administration/index.ts';
import { adminApiPath } from './paths.ts';

const problem = {
  type: 'object',
  description: 'RFC 9457',
  required: ['type', 'title', 'status', 'detail', 'code', 'instance'],
  properties: {
    type: { type: 'string', description: 'A page that explains the code, or about:blank.' },
    title: { type: 'string', description: 'The name of the status.' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What is wrong, in a sentence.' },
    code: { type: 'string', description: 'What is wrong, as a stable name.' },
    instance: { type: 'string', description: 'The request, as the log names it.' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['pointer', 'detail'],
        properties: { pointer: { type: 'string' }, detail: { type: 'string' } },
      },
    },
  },
};

const problemStatuses = (
  { needsVersion, takesVersion, params, body }: AdminOperation,
  method: AdminRoute['method'],
): readonly number[] => [
  400,
  401,
  403,
  ...(params ? [404] : []),
  ...(method === 'GET' ? [] : [409]),
  ...(needsVersion || takesVersion ? [412] : []),
  ...(body ? [413, 415, 422] : []),
  ...(needsVersion ? [428] : []),
  503,
];

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: object;
}

const parametersIn = (where: 'path' | 'query', schema: AdminOperation['query']): readonly Parameter[] => {
  const required: readonly string[] = schema?.required ?? [];
  return Object.entries(schema?.properties ?? {}).map(([name, property]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    schema: property,
  }));
};

const header = (name: string, description: string, required = false): Parameter => ({
  name,
  in: 'header',
  required,
  schema: { type: 'string', description },
});

const headersOf = (
  { needsVersion, takesVersion }: AdminOperation,
  method: AdminRoute['method'],
): readonly Parameter[] => [
  ...(needsVersion || takesVersion
    ? [header('If-Match', 'The ETag of what was read, or *.', needsVersion === true)]
    : []),
  ...(method === 'POST'
    ? [header('Idempotency-Key', 'A request with the same key is not run again within a day.')]
    : []),
];

const content = (schema: TSchema | object) => ({ content: { 'application/json': { schema } } });

const operationIdOf = ({ method, path }: AdminRoute): string =>
  [method.toLowerCase(), ...path.split(/[/:-]/)].filter((part) => part !== '').join('_');

const describeOperation = (route: AdminRoute, operation: AdminOperation) => ({
  operationId: operationIdOf(route),
  summary: operation.summary,
  ...(operation.description !== undefined && { description: operation.description }),
  tags: [route.path.split('/')[1]],
  security: [{ oauth: [scopeFor(route.permission)] }],
  parameters: [
    ...parametersIn('path', operation.params),
    ...parametersIn('query', operation.query),
    ...headersOf(operation, route.method),
  ],
  ...(operation.body && { requestBody: { required: true, ...content(operation.body) } }),
  responses: {
    [operation.status]: {
      description: STATUS_CODES[operation.status],
      ...(operation.answer && content(operation.answer)),
    },
    ...Object.fromEntries(
      problemStatuses(operation, route.method).map((status) => [
        status,
        {
          description: STATUS_CODES[status],
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      ]),
    ),
  },
});

/** The OpenAPI 3.1 document, from the schemas that check the requests. */
export const describeApi = async (
  { issuer }: Pick<Config, 'issuer'>,
  version: string,
  routes: readonly AdminRoute[],
) => {
  const paths: Record<string, Record<string, ReturnType<typeof describeOperation>>> = {};
  for (const route of routes) {
    const path = `${adminApiPath}${route.path.replaceAll(/:(\w+)/g, '{$1}')}`;
    paths[path] = {
      ...paths[path],
      [route.method.toLowerCase()]: describeOperation(route, await route.load()),
    };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Postern administration API',
      version,
      description: `Tokens are for the audience ${adminAudience({ issuer })}. The client lists it in its resources.`,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: issuer }],
    paths,
    components: {
      schemas: { Problem: problem },
      securitySchemes: {
        oauth: {
          type: 'openIdConnect',
          openIdConnectUrl: `${issuer}/.well-known/openid-configuration`,
          description: `Scopes: ${adminScopes.join(', ')}.`,
        },
      },
    },
  };
};
