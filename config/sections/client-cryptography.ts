import { flag, optional, text } from '../schema/build.ts';

const algorithm = (use: string) => optional(text(`Algorithm that signs ${use} (JWS).`));
const keyManagement = (use: string) =>
  optional(text(`Algorithm that encrypts the key of ${use} (JWE). Default: they are not encrypted.`));
const contentEncryption = (use: string) =>
  optional(text(`Algorithm that encrypts the content of ${use} (JWE).`));

export const clientCryptography = {
  id_token_signed_response_alg: optional(text('Algorithm that signs id tokens (JWS). Default: RS256.')),
  id_token_encrypted_response_alg: keyManagement('id tokens'),
  id_token_encrypted_response_enc: contentEncryption('id tokens'),
  userinfo_signed_response_alg: algorithm('userinfo responses'),
  userinfo_encrypted_response_alg: keyManagement('userinfo responses'),
  userinfo_encrypted_response_enc: contentEncryption('userinfo responses'),
  introspection_signed_response_alg: algorithm('introspection responses'),
  introspection_encrypted_response_alg: keyManagement('introspection responses'),
  introspection_encrypted_response_enc: contentEncryption('introspection responses'),
  authorization_signed_response_alg: algorithm('authorization responses of JARM'),
  authorization_encrypted_response_alg: keyManagement('authorization responses of JARM'),
  authorization_encrypted_response_enc: contentEncryption('authorization responses of JARM'),
  request_object_signing_alg: algorithm('request objects'),
  request_object_encryption_alg: keyManagement('request objects'),
  request_object_encryption_enc: contentEncryption('request objects'),
  require_signed_request_object: optional(flag('Refuse requests that are not signed (RFC 9101).')),
  token_endpoint_auth_signing_alg: algorithm('client assertions'),
  backchannel_authentication_request_signing_alg: algorithm('CIBA requests'),
};
