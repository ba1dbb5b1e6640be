import type { EngineClient } from '../../provider/engine-types.ts';
import type { Document, Key } from '../../store/port.ts';
import { record } from '../../store/record.ts';
import { kinds } from '../../store/record-kinds.ts';
import type { UnitOfWork } from '../../store/unit-of-work.ts';
import type { Allowed, Declined } from './allowed.ts';
import { appearanceOf } from './appearance.ts';
import type { ConsentDecision } from './consent-form.ts';

const body = record('consent').encode({});

const consentKey = (account: string, client: string): Key => ({
  kind: kinds.consent,
  family: account,
  id: client,
});

/**
 * Each allowed item is a field of the document, so two decisions made at once both take effect. Its value is the
 * appearance of the client that the person saw.
 */
const fieldNameOf = (...names: readonly [kind: 'scope' | 'claim' | 'at', ...of: string[]]): string =>
  names.map(encodeURIComponent).join(':');

const fieldNamesOf = ({ scopes, claims, resources = {} }: Declined & Partial<Allowed>): readonly string[] => [
  ...scopes.map((name) => fieldNameOf('scope', name)),
  ...claims.map((name) => fieldNameOf('claim', name)),
  ...Object.entries(resources).flatMap(([audience, names]) =>
    names.map((name) => fieldNameOf('at', audience, name)),
  ),
];

const decodeAllowed = (fieldNames: readonly string[]): Allowed => {
  const scopes: string[] = [];
  const claims: string[] = [];
  const resources = new Map<string, string[]>();
  for (const fieldName of fieldNames) {
    const [kind, name = '', scope = ''] = fieldName.split(':').map(decodeURIComponent);
    if (kind === 'scope') scopes.push(name);
    if (kind === 'claim') claims.push(name);
    if (kind === 'at') resources.set(name, [...(resources.get(name) ?? []), scope]);
  }
  return { scopes, claims, resources: Object.fromEntries(resources) };
};

interface RememberedConsent {
  /** Undefined when nothing was allowed that still counts. */
  readonly allowed?: Allowed;
  /** The person allowed something, but to the client as it was before it changed its name or its hosts. */
  readonly hasClientChanged: boolean;
}

const decodeConsent = ({ fields }: Document, appearance: string): RememberedConsent => {
  const names = Object.keys(fields);
  const current = names.filter((name) => fields[name] === appearance);
  return current.length > 0
    ? { allowed: decodeAllowed(current), hasClientChanged: false }
    : { hasClientChanged: names.length > 0 };
};

/** A remembered consent outlives sessions and tokens. */
export const loadConsent = async (
  work: Pick<UnitOfWork, 'read'>,
  account: string,
  client: EngineClient,
): Promise<RememberedConsent> => {
  const document = await work.read(consentKey(account, client.clientId));
  return document?.body === body
    ? decodeConsent(document, appearanceOf(client))
    : { hasClientChanged: false };
};

interface NewConsent extends ConsentDecision {
  readonly account: string;
  readonly client: EngineClient;
  readonly decidedAt: number;
}

/** Adds to what was allowed before. What is declined now is removed, even if it was allowed before. */
export const saveConsent = async (
  work: UnitOfWork,
  { account, client, allowed, declined, decidedAt }: NewConsent,
): Promise<void> => {
  const key = consentKey(account, client.clientId);
  const appearance = appearanceOf(client);
  if ((await work.read(key)) === undefined) {
    // When another request inserts the document first, the merge below still applies.
    work.stage({ op: 'insert', key, body }, { batch: 'first consent', onConflict: () => 'already done' });
  }
  work.stage({
    op: 'merge',
    key,
    fields: {
      ...Object.fromEntries(fieldNamesOf(declined).map((fieldName) => [fieldName, null])),
      ...Object.fromEntries(fieldNamesOf(allowed).map((fieldName) => [fieldName, appearance])),
    },
    index: [{ index: 'consents', of: account, at: decidedAt }],
    // A consent that was withdrawn meanwhile stays withdrawn.
    ifAbsent: 'skip',
  });
};
