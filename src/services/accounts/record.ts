import type { Document, IndexEntry, Insert, Key, Replace, Write } from '../../store/port.ts';
import { record } from '../../store/record.ts';
import { kinds } from '../../store/record-kinds.ts';
import { versionOf } from '../record-version.ts';
import { searchEntries, searchTexts } from '../search/index.ts';
import type { Account, Claims, FactorKind, Requirement } from './account.ts';
import { verifiedEmailOf } from './claims.ts';
import type { ExportedAccount, FormerAddress } from './contract.ts';
import { allGroupsOf } from './group-sources.ts';
import { nameFamily } from './username.ts';

/** An account as it is stored. */
export interface AccountRecord {
  readonly id: string;
  readonly username: string;
  readonly enabled: boolean;
  readonly claims: Claims;
  /** Names of the groups that an operator has put the account into, sorted. Absent for none. */
  readonly groups?: readonly string[];
  /** Groups that an upstream has put the account into at the last sign-in by it, by the id of the upstream. */
  readonly upstreamGroups?: Readonly<Record<string, readonly string[]>>;
  readonly hash?: string;
  readonly passwordChangedAt?: number;
  readonly passwordForm?: string;
  readonly signedOutAt?: number;
  readonly pendingSignInsEndedAt?: number;
  /** Verified addresses that the account had, the oldest first: former-address.ts. */
  readonly formerAddresses?: readonly StoredFormerAddress[];
  /** When the verified address last took the place of another one, unless an operator has set it. */
  readonly addressChangedAt?: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** See services/record-version.ts. */
  readonly changes?: number;
  readonly required?: readonly Requirement[];
  readonly factors?: readonly FactorKind[];
  readonly factorAddedAt?: number;
  readonly demo?: true;
}

interface StoredFormerAddress extends FormerAddress {
  /** It can't come back. */
  readonly isVoid?: boolean;
}

export const accountKey = (id: string): Key => ({ kind: kinds.account, family: id, id: '' });
/** The second factors of an account. They are in its family, so both change in one commit on every store. */
export const factorsKey = (id: string): Key => ({ kind: kinds.factors, family: id, id: '' });

const accountFormat = record<AccountRecord>('account');

export const readAccount = ({ body }: Document): AccountRecord => accountFormat.decode(body);

export const verifiedEmailIndex = 'verified-email';

const verifiedEmailEntries = ({ claims, createdAt }: AccountRecord): readonly IndexEntry[] => {
  const email = verifiedEmailOf(claims);
  return email === undefined ? [] : [{ index: verifiedEmailIndex, of: nameFamily(email), at: createdAt }];
};

export const accountSearchIndex = 'account-search';

/** The user name, the e-mail address and the name. */
export const accountTexts = ({
  username,
  claims,
}: Pick<AccountRecord, 'username' | 'claims'>): readonly string[] =>
  searchTexts([username, claims['email'], claims['name']]);

const indexEntries = (record: AccountRecord): readonly IndexEntry[] => [
  ...searchEntries(accountSearchIndex, accountTexts(record)),
  { index: 'accounts', of: 'all', at: record.createdAt },
  ...allGroupsOf(record).map((group) => ({ index: 'members', of: group, at: record.createdAt })),
  ...verifiedEmailEntries(record),
  ...(record.demo === true ? [{ index: 'demo', of: 'all', at: record.createdAt }] : []),
];

export const insertAccount = (record: AccountRecord): Insert => ({
  op: 'insert',
  key: accountKey(record.id),
  body: accountFormat.encode(record),
  index: indexEntries(record),
});

export const replaceAccount = (record: AccountRecord, expected: string): Replace => ({
  op: 'replace',
  key: accountKey(record.id),
  body: accountFormat.encode(record),
  expected,
  index: indexEntries(record),
});

/** They fail when the account is not as it was read. */
export const removeAccount = (id: string, body: string): readonly Write[] => [
  { op: 'replace', key: accountKey(id), body, expected: body },
  { op: 'remove', key: accountKey(id) },
  { op: 'remove', key: factorsKey(id) },
];

export const toExported = ({
  id,
  username,
  enabled,
  claims,
  groups,
  hash,
  required,
}: AccountRecord): ExportedAccount => ({
  sub: id,
  username,
  claims,
  ...(groups !== undefined && groups.length > 0 && { groups }),
  ...(hash !== undefined && { passwordHash: hash }),
  ...(!enabled && { disabled: true }),
  ...(required !== undefined && required.length > 0 && { required }),
});

export const toAccount = (record: AccountRecord): Account => ({
  id: record.id,
  username: record.username,
  enabled: record.enabled,
  hasPassword: record.hash !== undefined,
  claims: {
    preferred_username: record.username,
    updated_at: Math.floor(record.updatedAt / 1000),
    ...record.claims,
  },
  groups: allGroupsOf(record),
  operatorGroups: record.groups ?? [],
  ...(record.upstreamGroups && { upstreamGroups: record.upstreamGroups }),
  from: 'store',
  createdAt: record.createdAt,
  version: versionOf(record),
  ...(record.passwordChangedAt === undefined ? {} : { passwordChangedAt: record.passwordChangedAt }),
  ...(record.passwordForm !== undefined && { passwordForm: record.passwordForm }),
  ...(record.signedOutAt === undefined ? {} : { signedOutAt: record.signedOutAt }),
  ...(record.pendingSignInsEndedAt !== undefined && {
    pendingSignInsEndedAt: record.pendingSignInsEndedAt,
  }),
  ...(record.formerAddresses && {
    formerAddresses: record.formerAddresses.filter(({ isVoid = false }) => !isVoid),
  }),
  ...(record.required !== undefined && record.required.length > 0 && { required: record.required }),
  ...(record.factors !== undefined && record.factors.length > 0 && { factors: record.factors }),
  ...(record.factorAddedAt === undefined ? {} : { factorAddedAt: record.factorAddedAt }),
  ...(record.demo === undefined ? {} : { demo: record.demo }),
});
