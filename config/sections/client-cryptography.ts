import { flag, optional, text } from '../schema/build.ts';

const algorithm = (use: string) => optional(text(`JWS algorithm of ${use}.`));
const keyManagement = (use: string) => optional(text(`JWE key management algorithm of ${use}.`));
const contentEncryption = (use: string) => optional(text(`JWE content encryption of ${use}.`));

export const clientCryptography = {
  id_token_signed_response_alg: algorithm('id tokens; default: RS256'),
  id_token_encrypted_response_alg: keyManagement('id tokens'),
  id_token_encrypted_response_enc: contentEncryption('id tokens'),
  userinfo_signed_response_alg: algorithm('userinfo answers'),
  userinfo_encrypted_response_alg: keyManagement('userinfo answers'),
  userinfo_encrypted_response_enc: contentEncryption('userinfo answers'),
  introspection_signed_response_alg: algorithm('introspection answers'),
  introspection_encrypted_response_alg: keyManagement('introspection answers'),
  introspection_encrypted_response_enc: contentEncryption('introspection answers'),
  authorization_signed_response_alg: algorithm('authorization answers (JARM)'),
  authorization_encrypted_response_alg: keyManagement('authorization answers (JARM)'),
  authorization_encrypted_response_enc: contentEncryption('authorization answers (JARM)'),
  request_object_signing_alg: algorithm('request objects'),
  request_object_encryption_alg: keyManagement('request objects'),
  request_object_encryption_enc: contentEncryption('request objects'),
  require_signed_request_object: optional(flag('Refuse requests that are not signed (RFC 9101).')),
  token_endpoint_auth_signing_alg: algorithm('client assertions'),
  backchannel_authentication_request_signing_alg: algorithm('CIBA requests'),
};
