import { adminAudience, type Config } from '#config';

/** The administration API. Routes name their paths below it. */
export const adminApiPath = '/api/admin/v1';

/** RFC 9728 §3.1: the well-known text comes between the host and the path of the resource identifier. */
export const resourceMetadataAddress = (config: Pick<Config, 'issuer'>): URL => {
  const url = new URL(adminAudience(config));
  url.pathname = `/.well-known/oauth-protected-resource${url.pathname}`;
  return url;
};
