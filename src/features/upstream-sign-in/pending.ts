import type { Interaction } from '../../provider/engine-types.ts';

/** The arrival that the steps of a sign-in are about. It stays on the server, in the results of the steps. */
export interface Pending {
  readonly arrival: string;
  /** The interaction that the arrival came back to. */
  readonly uid: string;
}

/** `upstream`: what the arrival means is to be decided. `upstream_link`: it is linked after a sign-in. */
export type PendingName = 'upstream' | 'upstream_link';

export const pendingIn = (
  { lastSubmission }: Pick<Interaction, 'lastSubmission'>,
  name: PendingName,
): Pending | undefined => {
  const value: unknown = lastSubmission?.[name];
  if (typeof value !== 'object' || value === null) return undefined;
  const { arrival, uid }: { readonly arrival?: unknown; readonly uid?: unknown } = value;
  return typeof arrival === 'string' && typeof uid === 'string' ? { arrival, uid } : undefined;
};

/** The result of the steps so far, without what is decided now. */
export const submissionWithout = (
  { lastSubmission }: Pick<Interaction, 'lastSubmission'>,
  name: PendingName,
): Readonly<Record<string, unknown>> => {
  const { [name]: _, ...rest } = { ...lastSubmission };
  return rest;
};
