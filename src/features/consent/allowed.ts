import type { Allowed } from '../../services/connected-apps/index.ts';

export type { Allowed };

/** What the client asked for and the person did not allow. */
export type Declined = Pick<Allowed, 'scopes' | 'claims'>;

export const nothingAllowed: Allowed = { scopes: [], claims: [], resources: {} };
