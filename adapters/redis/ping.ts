import { Unavailable } from '#src/store/errors.ts';
import { unavailable } from './faults.ts';
import type { Link } from './link.ts';
import { within } from './within.ts';

/** Of a cluster, whether all of it is served: a family on a slot that is not would fail. */
export const ping = async (link: Link, limitMs: number): Promise<void> => {
  if (!link.clustered) {
    await link.ask('ping', [], { limitMs });
    return;
  }
  link.assertOpen();
  const nodes = link.masters();
  if (!link.ready || nodes.length === 0)
    throw new Unavailable('the cluster can not be reached', { cause: link.fault });
  const states = await Promise.all(nodes.map((node) => within(node.cluster('INFO'), limitMs))).catch(
    (error: unknown) => {
      throw unavailable(error);
    },
  );
  if (!states.every((state) => String(state).includes('cluster_state:ok')))
    throw new Unavailable('the cluster does not serve all of its slots');
};
