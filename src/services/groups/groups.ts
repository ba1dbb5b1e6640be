import type { Config } from '#config';
import type { Events } from '../../events.ts';
import { Conflict, StoreUnavailable } from '../../store/errors.ts';
import type { Clock, Store } from '../../store/port.ts';
import { nextVersion, requireVersion } from '../record-version.ts';
import { groupConfigured, groupExists, groupNotFound } from './errors.ts';
import type { ChangeGroup, Group, Groups } from './group.ts';
import {
  expectGroup,
  type GroupRecord,
  groupKey,
  insertGroup,
  readGroup,
  removeGroup,
  replaceGroup,
  toGroup,
} from './record.ts';
import { checkGroupName, checkGroupTexts, isGroupName } from './rules.ts';

interface GroupsOptions {
  readonly store: Store;
  readonly config: Pick<Config, 'groups'>;
  readonly clock: Clock;
  readonly events: Events;
}

const maxAttempts = 5;

/** `null` removes a text, and what isn't named stays. */
const withTexts = (former: GroupRecord, { title, description }: ChangeGroup): GroupRecord => {
  const { title: formerTitle, description: formerDescription, ...rest } = former;
  const newTitle = title === undefined ? formerTitle : (title ?? undefined);
  const newDescription = description === undefined ? formerDescription : (description ?? undefined);
  return {
    ...rest,
    ...(newTitle !== undefined && { title: newTitle }),
    ...(newDescription !== undefined && { description: newDescription }),
  };
};

export const createGroups = ({ store, config, clock, events }: GroupsOptions): Groups => {
  const configured = new Map<string, Group>(
    config.groups.map((group) => [group.name, { ...group, from: 'configuration' }]),
  );

  const read = async (names: readonly string[]) => {
    const documents = await store.read(names.map(groupKey));
    return names.map((name, at) => {
      const document = documents[at];
      return { name, stored: document && { body: document.body, record: readGroup(document) } };
    });
  };

  const change = async (
    name: string,
    next: (former: GroupRecord) => GroupRecord,
    ifVersion: string | undefined,
  ): Promise<GroupRecord> => {
    if (configured.has(name)) throw groupConfigured(name);
    if (!isGroupName(name)) throw groupNotFound(name);
    for (let attempt = 1; ; attempt += 1) {
      const [held] = await read([name]);
      if (held?.stored === undefined) throw groupNotFound(name);
      const { record } = held.stored;
      requireVersion(record, ifVersion);
      const group = { ...next(record), ...nextVersion(record, clock.now()) };
      try {
        await store.commit([replaceGroup(group, held.stored.body)]);
        return group;
      } catch (error) {
        if (!(error instanceof Conflict)) throw error;
        if (attempt === maxAttempts)
          throw new StoreUnavailable('a group changes too often', { cause: error });
      }
    }
  };

  return {
    async find(name) {
      const group = configured.get(name);
      if (group !== undefined || !isGroupName(name)) return group;
      const [held] = await read([name]);
      return held?.stored && toGroup(held.stored.record);
    },
    async list({ limit = 50, cursor } = {}) {
      const page = await store.list('groups', 'all', { limit, ...(cursor !== undefined && { cursor }) });
      const stored = page.items
        .map(({ document }) => toGroup(readGroup(document)))
        .filter(({ name }) => !configured.has(name));
      return {
        items: cursor === undefined ? [...configured.values(), ...stored] : stored,
        ...(page.next !== undefined && { next: page.next }),
      };
    },
    async add({ name, ...texts }) {
      checkGroupName(name);
      checkGroupTexts(texts);
      if (configured.has(name)) throw groupExists(name);
      const now = clock.now();
      const group: GroupRecord = { name, ...texts, createdAt: now, updatedAt: now };
      try {
        await store.commit([insertGroup(group)]);
      } catch (error) {
        throw error instanceof Conflict ? groupExists(name) : error;
      }
      events.emit({ type: 'group.added', outcome: 'ok', details: { group: name } });
      return toGroup(group);
    },
    async update(name, texts, { ifVersion } = {}) {
      checkGroupTexts(texts);
      const group = await change(name, (former) => withTexts(former, texts), ifVersion);
      events.emit({ type: 'group.updated', outcome: 'ok', details: { group: name } });
      return toGroup(group);
    },
    async unknown(names) {
      const others = names.filter((name) => !configured.has(name));
      const held = await read(others.filter(isGroupName));
      const stored = new Set(held.flatMap((group) => (group.stored === undefined ? [] : [group.name])));
      return others.filter((name) => !stored.has(name));
    },
    async require(names) {
      const others = names.filter((name) => !configured.has(name));
      const unnamable = others.find((name) => !isGroupName(name));
      if (unnamable !== undefined) throw groupNotFound(unnamable);
      if (others.length === 0) return [];
      const held = await read(others);
      return held.map(({ name, stored }) => {
        if (stored === undefined || stored.record.closedAt !== undefined) throw groupNotFound(name);
        return expectGroup(name, stored.body);
      });
    },
    async close(name, { ifVersion } = {}) {
      await change(name, (former) => ({ ...former, closedAt: former.closedAt ?? clock.now() }), ifVersion);
    },
    async remove(name) {
      for (let attempt = 1; ; attempt += 1) {
        const [held] = await read([name]);
        // Someone else has deleted it, and perhaps added another one of this name.
        if (held?.stored?.record.closedAt === undefined) return;
        try {
          await store.commit(removeGroup(name, held.stored.body));
          break;
        } catch (error) {
          if (!(error instanceof Conflict)) throw error;
          if (attempt === maxAttempts)
            throw new StoreUnavailable('a group changes too often', { cause: error });
        }
      }
      events.emit({ type: 'group.removed', outcome: 'ok', details: { group: name } });
    },
  };
};
