import { maxGroupsPerAccount } from '#config';
import { displayNameRule, isDisplayName } from '../../display-name.ts';
import { groupInvalid } from './errors.ts';
import type { ChangeGroup } from './group.ts';

export const isGroupName = (name: string): boolean => /^[a-z0-9._-]{1,64}$/.test(name);

export const checkGroupName = (name: string): void => {
  if (isGroupName(name)) return;
  throw groupInvalid('The name of a group has up to 64 characters of a-z, 0-9, dot, underscore and dash.');
};

const maxLength = { title: 255, description: 1000 };

export const checkGroupTexts = (texts: ChangeGroup): void => {
  for (const field of ['title', 'description'] as const) {
    const text = texts[field];
    if (text === undefined || text === null) continue;
    if (text.trim() === '' || text.length > maxLength[field]) {
      throw groupInvalid(`The ${field} of a group has 1 to ${maxLength[field]} characters.`);
    }
  }
  if (typeof texts.title === 'string' && !isDisplayName(texts.title))
    throw groupInvalid(`The title of the group ${displayNameRule}.`);
};

/** Sorted, each name once, as tokens have them. */
export const normalizeGroups = (names: Iterable<string>): readonly string[] => {
  const all = [...new Set(names)].sort();
  if (all.length <= maxGroupsPerAccount) return all;
  throw groupInvalid(
    `A person is in ${maxGroupsPerAccount} groups at most, and this would make ${all.length}; remove the person from others first.`,
  );
};
