import type { Document } from '../../store/port.ts';
import { record } from '../../store/record.ts';

/** What an account allows a client. */
export interface Allowed {
  readonly scopes: readonly string[];
  readonly claims: readonly string[];
  /** Scopes of each API, by its audience. An API may be allowed without any. */
  readonly resources: Readonly<Record<string, readonly string[]>>;
}

export const consentBody = record('consent').encode({});

/** When the person first allowed something. Consents of earlier releases don't have it. */
export const sinceField = '.since';

/**
 * Each allowed item is a field of the document, so two decisions made at once both take effect. Its value is the
 * appearance of the client that the person saw.
 */
export const itemField = (...names: readonly [kind: 'scope' | 'claim' | 'at', ...of: string[]]): string =>
  names.map(encodeURIComponent).join(':');

export const itemFieldsOf = ({ fields }: Document): readonly string[] =>
  Object.keys(fields).filter((name) => name !== sinceField);

export const decodeItems = (fieldNames: readonly string[]): Allowed => {
  const scopes: string[] = [];
  const claims: string[] = [];
  const resources = new Map<string, string[]>();
  for (const fieldName of fieldNames) {
    const [kind, name = '', scope = ''] = fieldName.split(':').map(decodeURIComponent);
    if (kind === 'scope') scopes.push(name);
    if (kind === 'claim') claims.push(name);
    if (kind === 'at')
      resources.set(name, [...(resources.get(name) ?? []), ...(scope === '' ? [] : [scope])]);
  }
  return { scopes, claims, resources: Object.fromEntries(resources) };
};
