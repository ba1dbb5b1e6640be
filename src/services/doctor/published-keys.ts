import type { AddFindings } from './finding.ts';
import { get, objectIn } from './get.ts';

/** Checks that the server publishes keys of the store of this configuration. */
export const checkPublishedKeys = async (
  url: string,
  kids: readonly string[] | undefined,
  { error }: AddFindings,
): Promise<void> => {
  const published = await get(`${url}/oauth/jwks`).catch(() => undefined);
  const jwks = published?.ok ? await objectIn(published) : undefined;
  const keys: unknown[] = Array.isArray(jwks?.['keys']) ? jwks['keys'] : [];
  const seen = keys.flatMap((key) =>
    typeof key === 'object' && key !== null && 'kid' in key ? [key.kid] : [],
  );
  if (seen.length === 0) {
    error('no_keys', `${url}/oauth/jwks holds no keys.`, 'Let the proxy forward every path to the server.');
  } else if (kids && kids.length > 0 && !kids.some((kid) => seen.includes(kid))) {
    error(
      'keys_differ',
      `None of the keys that ${url} publishes is in the store of this configuration: that server has another store.`,
      'Give all servers the same store.url, and run the doctor with the same.',
    );
  }
};
