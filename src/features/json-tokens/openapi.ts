import { jsonTokensPath } from '../../provider/paths.ts';
import { errorCodes } from './errors.ts';

const errorResponses: Readonly<Record<string, string>> = {
  400: 'Malformed, or the code is used, revoked or does not match this request',
  401: 'The client did not prove who it is',
  404: 'No authorization request is known for this code, or it has expired',
  413: 'The body is too large',
  415: 'The body is not application/json in UTF-8',
  429: 'Too many requests',
  500: 'Server error',
  503: 'The store is away; the code is still good, send the request again',
};

const jsonContent = (schema: string) => ({
  content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } },
});

const textSchema = (description: string, rules: object = {}) => ({ type: 'string', description, ...rules });

const retryableStatuses = new Set(['429', '503']);
const retryAfter = { 'Retry-After': { description: 'Seconds to wait', schema: { type: 'string' } } };

/** The OpenAPI 3.1 description, with the schema names that issuer-style clients are generated from. */
export const openApi = (issuer: string, version: string) => ({
  openapi: '3.1.0',
  info: {
    title: 'Postern JSON token endpoint',
    version,
    description: 'Redeems an authorization code of this server for an access token, in JSON.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: issuer }],
  paths: {
    [jsonTokensPath]: {
      post: {
        operationId: 'CreateAccessToken',
        tags: ['Token'],
        summary: 'Exchange authorization code for access token',
        description:
          'The code alone is enough for public clients that the operator marked with issuer_tokens. Every other client ' +
          'authenticates (HTTP Basic) or names itself, and sends the redirect URI and the PKCE verifier of its request.',
        security: [{}, { basic: [] }],
        requestBody: { required: true, ...jsonContent('CreateAccessTokenRequestDto') },
        responses: {
          201: { description: 'Success', ...jsonContent('AccessTokenResponseDto') },
          ...Object.fromEntries(
            Object.entries(errorResponses).map(([status, description]) => [
              status,
              {
                description,
                ...jsonContent('ErrorResponseDto'),
                ...(retryableStatuses.has(status) && { headers: retryAfter }),
              },
            ]),
          ),
        },
      },
    },
  },
  components: {
    securitySchemes: { basic: { type: 'http', scheme: 'basic' } },
    schemas: {
      CreateAccessTokenRequestDto: {
        type: 'object',
        additionalProperties: false,
        required: ['authorization_code'],
        properties: {
          authorization_code: textSchema('Authorization code received from the authorization request', {
            pattern: '^[A-Za-z0-9_-]{32,128}$',
          }),
          client_id: textSchema('The client, unless it authenticates or the code alone is enough', {
            minLength: 1,
          }),
          redirect_uri: textSchema('As in the authorization request', { minLength: 1 }),
          code_verifier: textSchema('PKCE code verifier (RFC 7636), whenever the request made a challenge', {
            minLength: 43,
            maxLength: 128,
          }),
        },
      },
      AccessTokenResponseDto: {
        type: 'object',
        additionalProperties: false,
        required: ['access_token', 'token_type', 'expires_in'],
        properties: {
          access_token: textSchema('JWT access token (RFC 9068)'),
          token_type: textSchema('Token type', { const: 'Bearer' }),
          expires_in: { type: 'number', minimum: 0, description: 'Lifetime in seconds' },
        },
      },
      ErrorResponseDto: {
        type: 'object',
        additionalProperties: false,
        required: ['name', 'message', 'code', 'statusCode', 'httpCode', 'method', 'path'],
        properties: {
          name: textSchema('Error of RFC 6749', { enum: Object.keys(errorCodes) }),
          message: textSchema('What is wrong, in a sentence'),
          code: {
            type: 'number',
            description: 'Stable number of the error',
            enum: Object.values(errorCodes),
          },
          statusCode: { type: 'number', description: 'HTTP status' },
          httpCode: { type: 'number', description: 'HTTP status' },
          method: textSchema('HTTP method'),
          path: textSchema('Path of the endpoint'),
          stack: textSchema('Only in development'),
        },
      },
    },
  },
});

export type OpenApi = ReturnType<typeof openApi>;
