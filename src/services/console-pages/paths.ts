import { consolePath } from '../clients/index.ts';

/** Addresses that pages of several features link to. */
export const consolePaths = {
  accounts: `${consolePath}/accounts`,
  account: (id: string): string => `${consolePath}/accounts/${encodeURIComponent(id)}`,
  group: (name: string): string => `${consolePath}/groups/${encodeURIComponent(name)}`,
  groups: `${consolePath}/groups`,
  clients: `${consolePath}/clients`,
  sessions: `${consolePath}/sessions`,
  audit: `${consolePath}/audit`,
};
