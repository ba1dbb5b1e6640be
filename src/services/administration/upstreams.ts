import type { StoredUpstreamSettings } from '#config';
import type { Clock } from '../../store/port.ts';
import type { StoredUpstreams, UpstreamRecord } from '../upstreams/index.ts';
import type { IfVersion } from './accounts.ts';
import { type Administrator, requirePermission, requireRecentSignIn } from './administrator.ts';
import type { RecordChange } from './change-record.ts';
import { describeUpstream } from './describe.ts';

interface Switch {
  /** One that isn't enabled signs no one in. */
  readonly enabled?: boolean | undefined;
}

/** An upstream says who people are, so it could sign in as anyone: changing one takes the right over roles. */
export interface UpstreamAdministration {
  add(by: Administrator, settings: StoredUpstreamSettings, options: Switch): Promise<UpstreamRecord>;
  update(
    by: Administrator,
    id: string,
    changes: StoredUpstreamSettings,
    options: Switch & IfVersion,
  ): Promise<UpstreamRecord>;
  remove(by: Administrator, id: string, condition?: IfVersion): Promise<void>;
}

interface Dependencies {
  readonly storedUpstreams: StoredUpstreams;
  readonly clock: Clock;
  readonly recordChange: RecordChange;
}

export const createUpstreamAdministration = ({
  storedUpstreams,
  clock,
  recordChange,
}: Dependencies): UpstreamAdministration => {
  const requireRight = (by: Administrator): void => {
    requirePermission(by, 'roles');
    requireRecentSignIn(by, clock);
  };

  return {
    async add(by, settings, { enabled = true }) {
      requireRight(by);
      const added = await storedUpstreams.add(settings, { enabled });
      recordChange(by, {
        operation: 'upstream.add',
        after: describeUpstream(added),
        details: { upstream: added.id },
      });
      return added;
    },

    async update(by, id, changes, options) {
      requireRight(by);
      const { before, after } = await storedUpstreams.update(id, changes, options);
      recordChange(by, {
        operation: 'upstream.update',
        before: describeUpstream(before),
        after: describeUpstream(after),
        details: { upstream: id },
      });
      return after;
    },

    async remove(by, id, { ifVersion } = {}) {
      requireRight(by);
      const removed = await storedUpstreams.remove(id, { ifVersion });
      recordChange(by, {
        operation: 'upstream.remove',
        before: describeUpstream(removed),
        details: { upstream: id },
      });
    },
  };
};
