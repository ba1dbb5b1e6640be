import type { Document, Insert, Key, Replace, Write } from '../../store/port.ts';
import { record } from '../../store/record.ts';
import { kinds } from '../../store/record-kinds.ts';
import { versionOf } from '../record-version.ts';
import type { AddGroup, Group } from './group.ts';

/** A group as it is stored. */
export interface GroupRecord extends AddGroup {
  readonly createdAt: number;
  readonly updatedAt: number;
  /** See services/record-version.ts. */
  readonly changes?: number;
  /** Set while the group is being deleted: no account can join any more. */
  readonly closedAt?: number;
}

const format = record<GroupRecord>('group');

/** The name has only characters that a store key may have. */
export const groupKey = (name: string): Key => ({ kind: kinds.group, family: name, id: '' });

export const readGroup = ({ body }: Document): GroupRecord => format.decode(body);

export const insertGroup = (group: GroupRecord): Insert => ({
  op: 'insert',
  key: groupKey(group.name),
  body: format.encode(group),
  index: [{ index: 'groups', of: 'all', at: group.createdAt }],
});

export const replaceGroup = (group: GroupRecord, expected: string): Replace => ({
  op: 'replace',
  key: groupKey(group.name),
  body: format.encode(group),
  expected,
});

/** Fails when the group is changed or deleted meanwhile, and changes nothing. */
export const expectGroup = (name: string, body: string): Replace => ({
  op: 'replace',
  key: groupKey(name),
  body,
  expected: body,
});

/** They fail when the group is not as it was read. */
export const removeGroup = (name: string, body: string): readonly Write[] => [
  expectGroup(name, body),
  { op: 'remove', key: groupKey(name) },
];

export const toGroup = (group: GroupRecord): Group => {
  const { name, title, description, createdAt } = group;
  return {
    name,
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    from: 'store',
    createdAt,
    version: versionOf(group),
  };
};
