/** A server of another project that is measured beside Postern. */
import type { ComparedFlow } from '../compare/flows.ts';
import type { Subject } from '../compare/side.ts';

export const peerFlows = ['exchange', 'refresh', 'client-credentials', 'introspection', 'authorize'] as const;
export type PeerFlow = (typeof peerFlows)[number];

export interface Peer extends Subject {
  readonly label: string;
  /** Absent: the server has no such request. */
  readonly flows: Readonly<Partial<Record<PeerFlow, ComparedFlow>>>;
}

/** Why a peer isn't measured; the sentence says how to get it. */
export class PeerNotInstalled extends Error {}
