import { consolePath } from '../clients/index.ts';

/** Addresses that pages of several features link to. */
export const consolePaths = {
  accounts: `${consolePath}/accounts`,
  account: (id: string): string => `${consolePath}/accounts/${encodeURIComponent(id)}`,
  invitations: `${consolePath}/invitations`,
  group: (name: string): string => `${consolePath}/groups/${encodeURIComponent(name)}`,
  groups: `${consolePath}/groups`,
  clients: `${consolePath}/clients`,
  /** Not below the clients, where any word may be the id of one. */
  newClient: `${consolePath}/new-client`,
  sessions: `${consolePath}/sessions`,
  audit: `${consolePath}/audit`,
};
