import { errors, type Provider } from 'oidc-provider';
import type { Clock, Document, Key } from '../../store/port.ts';
import { readRecord } from '../../store/record.ts';
import { kinds } from '../../store/record-kinds.ts';
import type { UnitOfWork } from '../../store/unit-of-work.ts';
import { currentContext, getUnitOfWork } from '../request-context.ts';
import { digestOf, familyOf } from '../storage/ids.ts';
import type { Override } from './override.ts';

/** What clients poll for: a device code, or a backchannel authentication request. */
interface Polled {
  readonly clientId?: string | undefined;
  readonly exp?: number | undefined;
  readonly isExpired: boolean;
}

interface Model<T extends Polled> {
  // A property, not a method, so that the type of what is found follows from the model.
  find: (id: string, options?: object) => Promise<T | undefined>;
}

interface PollPolicy<T> {
  readonly clock: Clock;
  readonly interval: number | undefined;
  readonly isPending: (polled: T) => boolean;
}

/** RFC 8628 §3.5: each poll that comes too soon makes the interval longer by this much. */
const intervalStepSeconds = 5;

/** A poll that was sent in time may arrive a little early when the one before it was slow. */
const jitterAllowance = 0.9;

interface LastPoll {
  readonly at: number;
  readonly interval: number;
}

const pollKey = (id: string): Key => ({ kind: kinds.poll, family: familyOf(id), id: digestOf(id) });

const wellFormed = /^[\w-]{20,128}$/;

/** The last poll is read with what is polled for and replaced at the commit: of two polls at once, one came too soon. */
const limitPolls = <T extends Polled>(
  model: Model<T>,
  { clock, interval, isPending }: PollPolicy<T>,
): void => {
  if (interval === undefined) return;
  const find = model.find.bind(model);

  const recordPoll = (work: UnitOfWork, key: Key, before: Document | undefined, polled: T): boolean => {
    const now = clock.now();
    const last: LastPoll | undefined = before && readRecord('poll', () => JSON.parse(before.body));
    const current = last?.interval ?? interval;
    const longer = current + intervalStepSeconds;
    const isTooSoon = last !== undefined && now - last.at < last.interval * 1000 * jitterAllowance;
    const bodyOf = (next: number): string => JSON.stringify({ at: now, interval: next } satisfies LastPoll);
    const content = { key, body: bodyOf(isTooSoon ? longer : current) };
    const expiresAt = (polled.exp ?? 0) * 1000;
    work.stage(
      before
        ? { op: 'replace', ...content, expected: before.body, expiresAt }
        : { op: 'insert', ...content, expiresAt },
      {
        commitOnRefusal: true,
        onConflict: () => ({
          error: new errors.SlowDown(),
          writes: [{ op: 'put', key, body: bodyOf(longer), expiresAt }],
        }),
      },
    );
    return isTooSoon;
  };

  model.find = async (id, options) => {
    const ctx = currentContext();
    if (ctx?.oidc.route !== 'token' || typeof id !== 'string' || !wellFormed.test(id)) {
      return find(id, options);
    }
    const work = getUnitOfWork(ctx);
    const key = pollKey(id);
    const [polled, before] = await Promise.all([find(id, options), work.read(key)]);
    const isPollOfClient = polled && !polled.isExpired && polled.clientId === ctx.oidc.client?.clientId;
    if (isPollOfClient && isPending(polled) && recordPoll(work, key, before, polled))
      throw new errors.SlowDown();
    return polled;
  };
};

export const pollRate: Override = {
  name: 'poll-rate',
  symbols: ['DeviceCode.find', 'BackchannelAuthenticationRequest.find'],
  reason:
    'The engine lets clients poll as often as they like. A client that polls too soon has to slow down, for ' +
    'this poll and all later ones (RFC 8628 §3.5, OpenID Connect CIBA §11).',
  test: 'test/protocol/device.test.ts',
  apply(provider, { clock, options: { pollRate: { deviceInterval, cibaInterval } = {} } }) {
    limitPolls<InstanceType<Provider['DeviceCode']>>(provider.DeviceCode, {
      clock,
      interval: deviceInterval,
      isPending: ({ accountId, error }) => accountId === undefined && error === undefined,
    });
    limitPolls<InstanceType<Provider['BackchannelAuthenticationRequest']>>(
      provider.BackchannelAuthenticationRequest,
      {
        clock,
        interval: cibaInterval,
        isPending: ({ grantId, error }) => grantId === undefined && error === undefined,
      },
    );
  },
};
