import type { LinkRecord } from './record.ts';

/** Who made a link for another person: an administrator, or a command on the server. */
export type LinkMaker =
  | { readonly kind: 'command' }
  | {
      readonly kind: 'person' | 'client';
      readonly id: string;
      /** Whether the request that made the link could decide about roles: its token may allow less than its maker may. */
      readonly hadRoles: boolean;
    };

type LinkData = NonNullable<LinkRecord['data']>;

export const writeMaker = (maker: LinkMaker): LinkData =>
  maker.kind === 'command'
    ? { by_kind: maker.kind }
    : { by_kind: maker.kind, by: maker.id, ...(maker.hadRoles && { by_had_roles: 'yes' }) };

/** Undefined for a link of an earlier release. */
export const readMaker = ({ by_kind: kind, by: id, by_had_roles: had }: LinkData): LinkMaker | undefined => {
  if (kind === 'command') return { kind };
  if ((kind !== 'person' && kind !== 'client') || id === undefined) return undefined;
  return { kind, id, hadRoles: had === 'yes' };
};
