import type { Requirement } from './account.ts';
import type { AccountRecord } from './record.ts';

interface Change {
  readonly add?: readonly Requirement[];
  readonly remove?: readonly Requirement[];
}

export const changeRequired = (
  { required = [] }: AccountRecord,
  { add = [], remove = [] }: Change,
): readonly Requirement[] => [...new Set([...required, ...add])].filter((one) => !remove.includes(one));
