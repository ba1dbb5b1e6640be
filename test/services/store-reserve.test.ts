import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { createStoreReserve } from '#src/services/admission/store-reserve.ts';
import { StoreUnavailable } from '#src/store/errors.ts';
import type { Space } from '#src/store/port.ts';
import { waitFor } from '../support/wait-for.ts';

const MiB = 1024 * 1024;

const open = async (t: Test, space: Space | undefined, percent = 20) => {
  const state = { space, readings: 0, away: false };
  const reserve = createStoreReserve({
    store: {
      async space() {
        state.readings += 1;
        if (state.away) throw new StoreUnavailable('away');
        return state.space;
      },
    },
    percent,
  });
  t.teardown(await reserve.start());
  return { state, reserve };
};

t.test('the reserve is a part of the space, and never more than 256 MiB', async (t) => {
  const small = await open(t, { freeBytes: 20 * MiB, totalBytes: 100 * MiB });
  t.notOk(small.reserve.isFreeLessThan(1));
  t.ok(small.reserve.isFreeLessThan(2), 'twice the reserve is 40 MiB');
  small.reserve.add(1);
  t.ok(small.reserve.isFreeLessThan(1), 'what was stored since counts');
  t.notOk(small.reserve.isFreeLessThan(0.5));

  const large = await open(t, { freeBytes: 300 * MiB, totalBytes: 100_000 * MiB });
  t.notOk(large.reserve.isFreeLessThan(1));
  t.ok(large.reserve.isFreeLessThan(2));
});

t.test('without a limit, or switched off, nothing is reserved', async (t) => {
  for (const { reserve } of [
    await open(t, undefined),
    await open(t, { freeBytes: 0, totalBytes: 100 * MiB }, 0),
  ]) {
    reserve.add(1_000 * MiB);
    t.notOk(reserve.isFreeLessThan(2));
  }
});

t.test('the space is read again when much was stored, and once a second while requests ask', async (t) => {
  const { state, reserve } = await open(t, { freeBytes: 100 * MiB, totalBytes: 100 * MiB });
  reserve.add(1 * MiB);
  await nextTurn();
  t.equal(state.readings, 1, 'little was stored');
  for (let n = 0; n < 10; n++) reserve.add(8 * MiB);
  t.ok(reserve.isFreeLessThan(1), 'the sum counts at once');
  await nextTurn();
  t.equal(state.readings, 2, 'and the store is asked');
  await waitFor('the poll, which includes it', () => !reserve.isFreeLessThan(1));
  state.space = { freeBytes: 1, totalBytes: 100 * MiB };
  await waitFor('the poll', () => reserve.isFreeLessThan(0.5));
  state.away = true;
  const { readings } = state;
  await waitFor('a poll in vain', () => state.readings > readings);
  await sleep(10);
  t.ok(reserve.isFreeLessThan(0.5), 'while the store is away the last reading counts');
});

t.test('while little is free the space is read without being asked for, and otherwise not', async (t) => {
  const little = await open(t, { freeBytes: 30 * MiB, totalBytes: 100 * MiB });
  const enough = await open(t, { freeBytes: 90 * MiB, totalBytes: 100 * MiB });
  await waitFor('two more readings', () => little.state.readings >= 3);
  t.equal(enough.state.readings, 1);
});
