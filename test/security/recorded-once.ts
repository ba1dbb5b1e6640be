import type { Test } from 'tap';
import type { SecurityEvent } from '#src/events.ts';

/** By name: a request that is refused, and the type and reason of its event, both as patterns. */
export type Refusals = Readonly<
  Record<string, readonly [send: () => Promise<Response>, type: string, reason: string]>
>;

/** Asserts that each is refused and emits exactly one event, with a code and address, without request data. */
export const recordedOnce = async (
  t: Test,
  events: readonly SecurityEvent[],
  refusals: Refusals,
  secrets: RegExp,
): Promise<void> => {
  for (const [name, [send, type, reason]] of Object.entries(refusals)) {
    const before = events.length;
    const answer = await send();
    await answer.arrayBuffer();
    t.ok(answer.status >= 300, `${name}: ${answer.status}`);
    const id = answer.headers.get('x-request-id');
    t.ok(id, `${name}: the answer names its request`);
    const recorded = events.slice(before).filter(({ correlation }) => correlation === id);
    const refused = recorded.filter(({ outcome }) => outcome !== 'ok');
    t.equal(refused.length, 1, `${name}: one event`);
    t.match(refused[0]?.type ?? '', new RegExp(`^${type}$`), `${name}: ${refused[0]?.type}`);
    t.match(refused[0]?.reason ?? '', new RegExp(`^${reason}$`), `${name}: ${refused[0]?.reason}`);
    t.match(refused[0]?.reason ?? '', /^[a-z][a-z_]*$/, `${name}: the reason is a code`);
    t.equal(refused[0]?.address, '127.0.0.1', `${name}: and it says from where`);
    t.notOk(
      recorded.some(({ outcome, type }) => outcome === 'ok' && type !== 'grant.revoked'),
      `${name}: and nothing else happened`,
    );
    t.equal(events.length - before, recorded.length, `${name}: no event without the request id`);
    t.notMatch(JSON.stringify(recorded), secrets, `${name}: without what was sent`);
  }
};
