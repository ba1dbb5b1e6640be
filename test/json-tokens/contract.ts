import { Ajv, type ValidateFunction } from 'ajv';

/**
 * The schemas that issuer-style clients were generated from, as their documentation states them: the responses of
 * this endpoint must validate against them unchanged.
 */
const schemas = {
  AccessTokenResponseDto: {
    properties: {
      access_token: { type: 'string' },
      token_type: { type: 'string' },
      expires_in: { type: 'number', minimum: 0 },
    },
    required: ['access_token', 'token_type', 'expires_in'],
    type: 'object',
    additionalProperties: false,
  },
  ErrorResponseDto: {
    properties: {
      name: { type: 'string' },
      message: { type: 'string' },
      code: { type: 'number' },
      statusCode: { type: 'number' },
      httpCode: { type: 'number' },
      method: { type: 'string' },
      path: { type: 'string' },
      stack: { type: 'string' },
    },
    required: ['name', 'message', 'code', 'statusCode', 'httpCode', 'method', 'path'],
    type: 'object',
    additionalProperties: false,
  },
} as const;

const ajv = new Ajv({ strict: true });
const success: ValidateFunction = ajv.compile(schemas.AccessTokenResponseDto);
const refusal: ValidateFunction = ajv.compile(schemas.ErrorResponseDto);

/** Returns the schema violations of a response. */
export const breaches = (status: number, body: unknown): readonly string[] => {
  const validate = status === 201 ? success : refusal;
  return validate(body)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
};
