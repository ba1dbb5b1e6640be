import { hash } from 'node:crypto';
import { Failure } from '../../errors.ts';
import { Conflict } from '../../store/errors.ts';
import { newId } from '../../store/new-id.ts';
import type { Clock, ConsumeWrite, Key, Store } from '../../store/port.ts';
import { record } from '../../store/record.ts';
import { kinds } from '../../store/record-kinds.ts';
import type { UpstreamIdentity } from './identity.ts';
import type { UpstreamLogouts } from './logouts.ts';

/** A person who came back from an upstream, until what follows from it is decided. */
interface Arrival {
  readonly identity: UpstreamIdentity;
  /** What the browser began: a step of a sign-in by its uid, or something else by its own name. */
  readonly purpose: string;
  /**
   * When the browser left for the upstream, in milliseconds since the epoch. What the upstream says is younger, but the
   * browser may keep it back. Absent in arrivals of an earlier release.
   */
  readonly leftAt?: number;
}

interface FoundArrival extends Arrival {
  readonly leftAt: number;
  /** When the person came back, in milliseconds since the epoch. */
  readonly arrivedAt: number;
  /** The write that uses it up. It belongs into the commit of what follows. */
  readonly consume: ConsumeWrite;
}

/**
 * One browser leaves a result for itself: the redirect URI is one for all, and the page that goes on has a cookie of
 * its own. The secret goes through the address bar once, is kept as a hash, and serves its purpose only.
 */
export interface Arrivals {
  add(arrival: Arrival): Promise<string>;
  /**
   * Throws for a secret that is unknown, of another purpose, too old or used up, and for a person whom the upstream has
   * signed out since they left for it.
   */
  find(secret: string, purpose: string): Promise<FoundArrival>;
  /** One that was used up, for a form that is sent twice. */
  findUsed(secret: string, purpose: string): Promise<UpstreamIdentity | undefined>;
}

const format = record<Arrival>('upstreamArrival');
/** A page of a sign-in waits as long. */
const lifetimeMs = 3_600_000;

const keyOf = (secret: string): Key => ({
  kind: kinds.upstreamArrival,
  family: hash('sha256', secret, 'base64url'),
  id: '',
});

export const arrivalGone = (): Failure =>
  new Failure({
    code: 'upstream_result_gone',
    message: 'This sign-in has expired or was already used. Start again at the application.',
  });

/** The error of a commit that lost the race for an arrival. */
export const isArrivalUsed = (error: unknown): boolean =>
  error instanceof Conflict && error.key.kind === kinds.upstreamArrival;

export const createArrivals = (
  store: Store,
  clock: Clock,
  logouts: Pick<UpstreamLogouts, 'isSignedOut'>,
): Arrivals => ({
  async add(arrival) {
    const secret = newId(32);
    const body = format.encode(arrival);
    await store.commit([{ op: 'insert', key: keyOf(secret), body, expiresAt: clock.now() + lifetimeMs }]);
    return secret;
  },
  async find(secret, purpose) {
    const key = keyOf(secret);
    const [document] = await store.read([key]);
    const arrival =
      document?.consumption === undefined ? document && format.decode(document.body) : undefined;
    if (arrival?.purpose !== purpose) throw arrivalGone();
    const arrivedAt = (document?.expiresAt ?? 0) - lifetimeMs;
    const { leftAt = arrivedAt, identity } = arrival;
    const { upstream, subject, sid } = identity;
    if (await logouts.isSignedOut({ upstream, subject, sid, leftAt })) throw arrivalGone();
    return { ...arrival, leftAt, arrivedAt, consume: { op: 'consume', key, at: clock.now() } };
  },
  async findUsed(secret, purpose) {
    const [document] = await store.read([keyOf(secret)]);
    const arrival = document?.consumption && format.decode(document.body);
    return arrival?.purpose === purpose ? arrival.identity : undefined;
  },
});
