import type { Notes } from './notes.ts';
import type { KeycloakGroup, Realm } from './realm.ts';

export interface ConvertedGroup {
  readonly path: string;
  readonly name: string;
  readonly title: string;
}

const maxLength = 64;

/** `/Sales/Inside Sales` becomes `sales.inside-sales`. */
const toName = (path: string): string =>
  path
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    // Upper case first, which makes two letters of a German ß.
    .toUpperCase()
    .toLowerCase()
    .replace(/^\/+/, '')
    .replaceAll('/', '.')
    .replace(/[^a-z0-9._-]+/g, '-')
    .slice(0, maxLength);

/** Groups of groups become groups beside each other. Two that would get one name are told apart by a number. */
export const convertGroups = ({ groups }: Realm, notes: Notes): readonly ConvertedGroup[] => {
  const converted: ConvertedGroup[] = [];
  const names = new Set<string>();
  const visit = (group: KeycloakGroup, parent: string): void => {
    const path = `${parent}/${group.name ?? ''}`;
    const base = toName(path) || 'group';
    let name = base;
    for (let number = 2; names.has(name); number += 1) name = `${base.slice(0, maxLength - 6)}-${number}`;
    names.add(name);
    converted.push({ path, name, title: (group.name ?? name).slice(0, 255) });
    if (group.realmRoles?.length || Object.keys(group.clientRoles ?? {}).length > 0)
      notes.add(
        'roles of groups: give the members a group of that name, or map the group in `clients[].claims`',
        path,
      );
    const children = group.subGroups ?? [];
    if (children.length > 0)
      notes.add(
        'groups in groups: all are on one level, and members of the inner one are not in the outer one',
        path,
      );
    for (const child of children) visit(child, path);
  };
  for (const group of groups) visit(group, '');
  return converted;
};
