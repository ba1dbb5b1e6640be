import type { Problem } from './problem.ts';

/** Applications and libraries that look up a client by its id in a plain object would find a member of every object. */
export const reservedIdProblems = (id: string): readonly Problem[] =>
  Object.hasOwn(Object.prototype, id)
    ? [{ field: 'client_id', message: 'is a name that every JavaScript object has; choose another id' }]
    : [];
