import { errors } from 'oidc-provider';
import { isOfFormerClient } from '../../provider/clients/client-limits.ts';
import type { EngineClient } from '../../provider/engine-types.ts';
import {
  type Allowed,
  consentBody,
  consentKey,
  decodeItems,
  itemField,
  itemFieldsOf,
  sinceField,
} from '../../services/connected-apps/index.ts';
import type { Document } from '../../store/port.ts';
import type { UnitOfWork } from '../../store/unit-of-work.ts';
import type { Declined } from './allowed.ts';
import { appearanceOf } from './appearance.ts';
import type { ConsentDecision } from './consent-form.ts';

const fieldNamesOf = ({ scopes, claims, resources = {} }: Declined & Partial<Allowed>): readonly string[] => [
  ...scopes.map((name) => itemField('scope', name)),
  ...claims.map((name) => itemField('claim', name)),
  ...Object.entries(resources).flatMap(([audience, names]) =>
    names.length > 0 ? names.map((name) => itemField('at', audience, name)) : [itemField('at', audience)],
  ),
];

interface RememberedConsent {
  /** Undefined when nothing was allowed that still counts. */
  readonly allowed?: Allowed;
  /** The person allowed something, but to the client as it was before it changed its name or its hosts. */
  readonly hasClientChanged: boolean;
}

const decodeConsent = (document: Document, appearance: string): RememberedConsent => {
  const names = itemFieldsOf(document);
  const current = names.filter((name) => document.fields[name] === appearance);
  return current.length > 0
    ? { allowed: decodeItems(current), hasClientChanged: false }
    : { hasClientChanged: names.length > 0 };
};

/** A remembered consent outlives sessions and tokens. */
export const loadConsent = async (
  work: Pick<UnitOfWork, 'read'>,
  account: string,
  client: EngineClient,
): Promise<RememberedConsent> => {
  const document = await work.read(consentKey(account, client.clientId));
  return document?.body === consentBody && !wasForFormerClient(document, client)
    ? decodeConsent(document, appearanceOf(client))
    : { hasClientChanged: false };
};

const wasForFormerClient = ({ fields }: Document, client: EngineClient): boolean => {
  const since = fields[sinceField];
  return since !== undefined && isOfFormerClient(client.metadata(), Math.floor(Number(since) / 1000));
};

/**
 * Makes the commit fail when the consent that the request has read is withdrawn meanwhile. Otherwise a grant could come
 * after all grants of the client were removed.
 */
export const requireConsent = (work: UnitOfWork, account: string, client: EngineClient): void => {
  const error = new errors.AccessDenied('the person has disconnected this application meanwhile');
  work.stage(
    { op: 'merge', key: consentKey(account, client.clientId), ifAbsent: 'refuse' },
    { onConflict: () => ({ error }) },
  );
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
  const before = await work.read(key);
  const since = { [sinceField]: String(decidedAt) };
  const isForFormer = before !== undefined && wasForFormerClient(before, client);
  if (before === undefined) {
    // When another request inserts the document first, the merge below still applies.
    work.stage(
      { op: 'insert', key, body: consentBody, fields: since },
      { batch: 'first consent', onConflict: () => 'already done' },
    );
  }
  work.stage({
    op: 'merge',
    key,
    fields: {
      ...(isForFormer && {
        ...Object.fromEntries(itemFieldsOf(before).map((name) => [name, null])),
        ...since,
      }),
      ...Object.fromEntries(fieldNamesOf(declined).map((fieldName) => [fieldName, null])),
      ...Object.fromEntries(fieldNamesOf(allowed).map((fieldName) => [fieldName, appearance])),
    },
    index: [{ index: 'consents', of: account, at: decidedAt }],
    // A consent that was withdrawn meanwhile stays withdrawn.
    ifAbsent: 'skip',
  });
};
