import { StoreUnavailable } from '#src/store/errors.ts';
import type { Connection } from './connection.ts';
import { toUnavailable } from './driver-errors.ts';
import { withTimeout } from './with-timeout.ts';

/** On a cluster it checks that all slots are served, because families on other slots would fail. */
export const ping = async (connection: Connection, limitMs: number): Promise<void> => {
  if (!connection.clustered) {
    await connection.send('ping', [], { limitMs });
    return;
  }
  connection.assertOpen();
  const nodes = connection.masters();
  if (!connection.ready || nodes.length === 0)
    throw new StoreUnavailable('the cluster can not be reached', { cause: connection.lastError });
  const states = await Promise.all(nodes.map((node) => withTimeout(node.cluster('INFO'), limitMs))).catch(
    (error: unknown) => {
      throw toUnavailable(error);
    },
  );
  if (!states.every((state) => String(state).includes('cluster_state:ok')))
    throw new StoreUnavailable('the cluster does not serve all of its slots');
};
