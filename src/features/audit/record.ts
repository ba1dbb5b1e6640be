import { hash } from 'node:crypto';
import type { SecurityEvent } from '#src/events.ts';
import type { Key } from '#src/store/port.ts';
import type { Merged } from './merging.ts';

/** The end of another chain, as a new one saw it: so a chain that is taken away is missed. */
export interface Seen {
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
  readonly seen?: readonly Seen[];
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

const longest = 256;

const short = (text: string): string => (text.length > longest ? `${text.slice(0, longest)}…` : text);

/** Texts of an event may come from a caller: bounded, so that nobody fills the store with one request. */
const bounded = ({ details, ...event }: SecurityEvent): SecurityEvent => ({
  type: event.type,
  outcome: event.outcome,
  ...(event.reason !== undefined && { reason: short(event.reason) }),
  ...(event.client !== undefined && { client: short(event.client) }),
  ...(event.account !== undefined && { account: short(event.account) }),
  ...(event.address !== undefined && { address: short(event.address) }),
  ...(event.correlation !== undefined && { correlation: event.correlation }),
  ...(details && {
    details: Object.fromEntries(
      Object.entries(details).map(([name, value]) => [
        name,
        typeof value === 'string' ? short(value) : value,
      ]),
    ),
  }),
});

const digest = (text: string): string => hash('sha256', text, 'base64url');

type Place = Omit<AuditRecord, keyof SecurityEvent | 'v' | 'hash'>;

/** The text kept, whose last member is the hash of everything before it. */
export const encodeRecord = (event: SecurityEvent, place: Place): { text: string; hash: string } => {
  const open = JSON.stringify({ v: version, ...place, ...bounded(event) }).slice(0, -1);
  const hash = digest(open);
  return { text: `${open},"hash":"${hash}"}`, hash };
};

const sealed = /^(?<open>.*),"hash":"(?<hash>[A-Za-z0-9_-]{43})"\}$/s;

/** Whether the text is as it was written; what it says is looked at apart from that. */
export const isIntact = (text: string): boolean => {
  const groups = sealed.exec(text)?.groups;
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
