import { errors, type KoaContextWithOIDC, Provider } from 'oidc-provider';
import { currentUnitOfWork } from '../../store/current-unit-of-work.ts';
import type { Clock, Document, Key } from '../../store/port.ts';
import { kinds } from '../../store/record-kinds.ts';
import type { UnitOfWork } from '../../store/unit-of-work.ts';
import { digestOf, familyOf } from '../storage/ids.ts';

/** What clients poll for: a device code, a backchannel authentication request. */
interface PolledRecord {
  readonly clientId?: string | undefined;
  readonly exp?: number | undefined;
  readonly isExpired: boolean;
}

interface PolledModel<T extends PolledRecord> {
  // A property, not a method, so that the type of what is found follows from the model.
  find: (id: string, options?: object) => Promise<T | undefined>;
}

interface PollPolicy<T> {
  readonly clock: Clock;
  /** Seconds between two polls, to begin with. */
  readonly interval: number;
  /** The person has not answered yet. */
  readonly isPending: (polled: T) => boolean;
}

/** RFC 8628 §3.5: by so many seconds the interval grows each time. */
const intervalStepSeconds = 5;

/** A poll sent in time may arrive a little early after one that was held up on its way. */
const jitterAllowance = 0.9;

interface LastPoll {
  readonly at: number;
  readonly interval: number;
}

const pollKey = (id: string): Key => ({ kind: kinds.poll, family: familyOf(id), id: digestOf(id) });

const wellFormed = /^[\w-]{20,128}$/;

/**
 * A client that asks again too soon is told to slow down, for this poll and all later ones. When it asked last is
 * read with what it asks for, and written over what was read: of two polls at one moment, one came too soon.
 */
export const limitPollRate = <T extends PolledRecord>(
  model: PolledModel<T>,
  { clock, interval, isPending }: PollPolicy<T>,
): void => {
  const find = model.find.bind(model);

  const recordPoll = (work: UnitOfWork, key: Key, before: Document | undefined, polled: T): boolean => {
    const now = clock.now();
    const last: LastPoll | undefined = before && JSON.parse(before.body);
    const usual = last?.interval ?? interval;
    const tooSoon = last !== undefined && now - last.at < last.interval * 1000 * jitterAllowance;
    const bodyOf = (next: number): string => JSON.stringify({ at: now, interval: next } satisfies LastPoll);
    const content = { key, body: bodyOf(tooSoon ? usual + intervalStepSeconds : usual) };
    const expiresAt = (polled.exp ?? 0) * 1000;
    work.stage(
      before
        ? { op: 'replace', ...content, expected: before.body, expiresAt }
        : { op: 'insert', ...content, expiresAt },
      {
        commitOnRefusal: true,
        onConflict: () => ({
          error: new errors.SlowDown(),
          writes: [{ op: 'put', key, body: bodyOf(usual + intervalStepSeconds), expiresAt }],
        }),
      },
    );
    return tooSoon;
  };

  model.find = async (id, options) => {
    const ctx: KoaContextWithOIDC | undefined = Provider.ctx;
    const work = currentUnitOfWork();
    if (ctx?.oidc.route !== 'token' || !work || typeof id !== 'string' || !wellFormed.test(id)) {
      return find(id, options);
    }
    const key = pollKey(id);
    const [polled, before] = await Promise.all([find(id, options), work.read(key)]);
    const isPollOfClient = polled && !polled.isExpired && polled.clientId === ctx.oidc.client?.clientId;
    if (isPollOfClient && isPending(polled) && recordPoll(work, key, before, polled))
      throw new errors.SlowDown();
    return polled;
  };
};
