import { hash } from 'node:crypto';
import type { SecurityEvent } from '#src/events.ts';
import type { Key } from '#src/store/port.ts';
import type { Merged } from './merge-refusals.ts';

/** The end of another chain, as a new one saw it: so a chain that is taken away is missed. */
export interface SeenHead {
  readonly chain: string;
  readonly seq: number;
  readonly hash: string;
  readonly until?: number;
}

/** One security event, bound to the one before it in its chain. Version 1 is the first. */
export interface AuditRecord extends SecurityEvent {
  readonly v: 1;
  readonly chain: string;
  /** From 1, without gaps. */
  readonly seq: number;
  /** Milliseconds since the epoch, by the clock of the process that wrote it. */
  readonly at: number;
  /** Hash of the record before; empty in the first. */
  readonly prev: string;
  /** Until when the record before is kept; absent: for ever. Later than that nobody misses it. */
  readonly prev_until?: number;
  readonly seen?: readonly SeenHead[];
  /** Present when it stands for more than one event. */
  readonly merged?: Merged;
  readonly hash: string;
}

const kind = 'audit';
const version = 1;

/** Padded, so that names sort as numbers do. */
export const recordKey = (chain: string, seq: number): Key => ({
  kind,
  family: chain,
  id: String(seq).padStart(12, '0'),
});

const maxTextLength = 256;

const truncate = (text: string): string =>
  text.length > maxTextLength ? `${text.slice(0, maxTextLength)}…` : text;

/** Texts of an event may come from a caller: bounded, so that nobody fills the store with one request. */
const truncateTexts = ({ details, ...event }: SecurityEvent): SecurityEvent => ({
  type: event.type,
  outcome: event.outcome,
  ...(event.reason !== undefined && { reason: truncate(event.reason) }),
  ...(event.client !== undefined && { client: truncate(event.client) }),
  ...(event.account !== undefined && { account: truncate(event.account) }),
  ...(event.address !== undefined && { address: truncate(event.address) }),
  ...(event.correlation !== undefined && { correlation: event.correlation }),
  ...(details && {
    details: Object.fromEntries(
      Object.entries(details).map(([name, value]) => [
        name,
        typeof value === 'string' ? truncate(value) : value,
      ]),
    ),
  }),
});

const digest = (text: string): string => hash('sha256', text, 'base64url');

type ChainPosition = Omit<AuditRecord, keyof SecurityEvent | 'v' | 'hash'>;

/** The text kept, whose last member is the hash of everything before it. */
export const encodeRecord = (event: SecurityEvent, place: ChainPosition): { text: string; hash: string } => {
  const open = JSON.stringify({ v: version, ...place, ...truncateTexts(event) }).slice(0, -1);
  const hash = digest(open);
  return { text: `${open},"hash":"${hash}"}`, hash };
};

const hashedRecord = /^(?<open>.*),"hash":"(?<hash>[A-Za-z0-9_-]{43})"\}$/s;

/** Whether the text is as it was written; what it says is looked at apart from that. */
export const isIntact = (text: string): boolean => {
  const groups = hashedRecord.exec(text)?.groups;
  return groups?.['open'] !== undefined && digest(groups['open']) === groups['hash'];
};

/** Undefined for what this release can't read: damaged, or written by a later one. */
export const decodeRecord = (text: string): AuditRecord | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('v' in value) || value.v !== version)
      return undefined;
    // Written by this file, and the version was looked at.
    return value as AuditRecord;
  } catch {
    return undefined;
  }
};
