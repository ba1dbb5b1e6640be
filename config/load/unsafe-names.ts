import { formatPath, isTree, isUnsafe, type Path } from '../path.ts';
import type { Problem } from '../problems.ts';
import type { Assignment, Layer } from './layer.ts';

const unsafeWithin = (value: unknown, path: Path): Path | undefined => {
  if (!isTree(value)) return undefined;
  for (const [key, one] of Object.entries(value)) {
    const found = isUnsafe(key) ? [...path, key] : unsafeWithin(one, [...path, key]);
    if (found) return found;
  }
  return undefined;
};

const unsafeIn = ({ path, value }: Assignment): Path | undefined => {
  const index = path.findIndex(isUnsafe);
  return index === -1 ? unsafeWithin(value, path) : path.slice(0, index + 1);
};

/** Removes names such as `__proto__`: assigning to them would change the prototype of all objects. */
export const rejectUnsafeNames = (layer: Layer): Layer => {
  const problems: Problem[] = [...layer.problems];
  const assignments = layer.assignments.filter((assignment) => {
    const path = unsafeIn(assignment);
    if (path === undefined) return true;
    const where = layer.locate?.(path) ?? assignment.where;
    problems.push({ path: formatPath(path), message: 'This name is not allowed.', where });
    return false;
  });
  return { ...layer, assignments, problems };
};
