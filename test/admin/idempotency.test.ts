import t from 'tap';
import { createRunOnce } from '#src/features/admin-api/idempotency.ts';
import { StoreUnavailable } from '#src/store/errors.ts';
import type { Store } from '#src/store/port.ts';
import { startInProcess } from '../support/setup/index.ts';

t.test('a change that was made is not answered as failed when its answer can not be stored', async (t) => {
  const { store, clock } = await startInProcess(t);
  let commits = 0;
  const commit: Store['commit'] = async (writes) => {
    commits += 1;
    if (commits === 2) throw new StoreUnavailable('the store is away');
    return store.commit(writes);
  };
  const runOnce = createRunOnce({
    store: { ...store, read: store.read.bind(store), commit },
    clock,
    secret: () => 'x',
  });
  const by = {
    kind: 'client',
    id: 'machine',
    permissions: new Set<never>(),
    address: '127.0.0.1',
    correlation: 'one',
  } as const;
  const request = { by, key: 'once', method: 'POST', url: '/groups', body: { name: 'staff' } };
  let runs = 0;
  const run = async () => {
    runs += 1;
    return { status: 201, headers: {} };
  };
  t.match(await runOnce(request, run), { status: 201 });
  await t.rejects(runOnce(request, run), { code: 'request_in_progress' }, 'and it is not made again');
  t.equal(runs, 1);
});
