import { hash } from 'node:crypto';
import type { SecurityEvent } from '../../events.ts';
import type { Key } from '../../store/port.ts';
import { record } from '../../store/record.ts';
import { kinds } from '../../store/record-kinds.ts';
import type { Merged } from './merge-events.ts';

/** The end of another chain when a new chain was opened. It shows when a whole chain is removed later. */
export interface SeenHead {
  readonly chain: string;
  readonly seq: number;
  readonly hash: string;
  readonly until?: number;
}

/** One security event, with the hash of the record before it in its chain. */
export interface AuditRecord extends SecurityEvent {
  readonly v: 1;
  readonly chain: string;
  /** From 1, without gaps. */
  readonly seq: number;
  /** Milliseconds since the epoch, by the clock of the process that wrote it. */
  readonly at: number;
  /** The hash of the record before it; empty in the first record. */
  readonly prev: string;
  /** When the record before it expires; absent when it never does. */
  readonly prev_until?: number;
  readonly seen?: readonly SeenHead[];
  /** Present in a record of several events. */
  readonly merged?: Merged;
  readonly hash: string;
}

const format = record<Omit<AuditRecord, 'v' | 'hash'> & { readonly hash?: string }>('audit');

/** The number is padded, so that ids sort like numbers. */
export const recordKey = (chain: string, seq: number): Key => ({
  kind: kinds.audit,
  family: chain,
  id: String(seq).padStart(12, '0'),
});

type Details = NonNullable<SecurityEvent['details']>;

const maxTextLength = 256;

const truncate = (text: string): string =>
  text.length > maxTextLength ? `${text.slice(0, maxTextLength)}…` : text;

const truncateAll = (details: Details): Details => {
  const truncated: Record<string, Details[string]> = {};
  for (const [name, value] of Object.entries(details))
    truncated[name] = typeof value === 'string' ? truncate(value) : value;
  return truncated;
};

/** Texts of an event may come from a caller. They are truncated, so that one request can't fill the store. */
const truncateTexts = (event: SecurityEvent): SecurityEvent => ({
  type: event.type,
  outcome: event.outcome,
  ...(event.reason !== undefined && { reason: truncate(event.reason) }),
  ...(event.client !== undefined && { client: truncate(event.client) }),
  ...(event.account !== undefined && { account: truncate(event.account) }),
  ...(event.address !== undefined && { address: truncate(event.address) }),
  ...(event.correlation !== undefined && { correlation: event.correlation }),
  ...(event.details && { details: truncateAll(event.details) }),
});

const digest = (text: string): string => hash('sha256', text, 'base64url');

type ChainPosition = Omit<AuditRecord, keyof SecurityEvent | 'v' | 'hash'>;

/** The stored text. Its last member is the hash of everything before it. */
export const encodeRecord = (
  event: SecurityEvent,
  position: ChainPosition,
): { text: string; hash: string } => {
  const open = format.encode({ ...position, ...truncateTexts(event) }).slice(0, -1);
  const hash = digest(open);
  return { text: `${open},"hash":"${hash}"}`, hash };
};

const hashedRecord = /^(?<open>.*),"hash":"(?<hash>[A-Za-z0-9_-]{43})"\}$/s;

/** Whether the text is as it was written. What it says is checked separately. */
export const isIntact = (text: string): boolean => {
  const groups = hashedRecord.exec(text)?.groups;
  return groups?.['open'] !== undefined && digest(groups['open']) === groups['hash'];
};

/** Undefined for a record that is damaged, or that a later release wrote. */
export const decodeRecord = (text: string): AuditRecord | undefined => {
  const value = format.tryDecode(text);
  return value && { v: 1, hash: '', ...value };
};
