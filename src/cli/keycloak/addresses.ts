import type { Notes } from './notes.ts';
import type { KeycloakClient } from './realm.ts';

/**
 * Keycloak appends an address that begins with a slash to the root, also when the root has a path, or the address begins
 * with two slashes. Resolving it as a browser does would register addresses that belong to others.
 */
const appendTo = (rootUrl: string | undefined, address: string): string | undefined => {
  const whole = `${rootUrl}${address}`;
  const [root, result] = [URL.parse(rootUrl ?? ''), URL.parse(whole)];
  return root && result && root.protocol === result.protocol && root.host === result.host ? whole : undefined;
};

/** Each address of a client may be relative to its root. Patterns have no counterpart. */
export const absoluteAddresses = (
  addresses: readonly string[],
  { rootUrl, clientId = '' }: KeycloakClient,
  notes: Notes,
): readonly string[] =>
  addresses.flatMap((address) => {
    if (address.includes('*')) {
      notes.add('redirect URIs with *: register each address (`client update`)', `${clientId}: ${address}`);
      return [];
    }
    if (!address.startsWith('/')) return [address];
    const appended = appendTo(rootUrl, address);
    if (appended !== undefined) return [appended];
    notes.add('addresses without a host', `${clientId}: ${address}`);
    return [];
  });
