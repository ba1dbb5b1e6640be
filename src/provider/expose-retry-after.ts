import type { KoaContextWithOIDC } from 'oidc-provider';

/** Scripts of other origins see of an answer's headers those that are named; how long to wait is one they need. */
export const exposeRetryAfter = async (
  { response }: KoaContextWithOIDC,
  next: () => Promise<void>,
): Promise<void> => {
  await next();
  if (response.get('Retry-After') === '' || response.get('Access-Control-Allow-Origin') === '') return;
  const exposed = response.get('Access-Control-Expose-Headers');
  response.set('Access-Control-Expose-Headers', exposed === '' ? 'Retry-After' : `${exposed}, Retry-After`);
};
