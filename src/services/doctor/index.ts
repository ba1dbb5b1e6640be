/**
 * Owns the examination that `postern doctor` makes: the configuration, the store, the accounts, the keys, the clients, the
 * upstreams, the mail server, and the server as clients reach it through its proxy. It changes nothing. Every finding says how to
 * fix the problem. Whether traffic may be sent to a server is another question; services/readiness answers it. The
 * command is in cli/doctor.
 */

export { checkAccounts } from './accounts.ts';
export { allClients, checkClients } from './clients.ts';
export type { Finding } from './finding.ts';
export { checkKeys } from './keys.ts';
export { checkMailServer, checkWaitingMail } from './mail.ts';
export { checkFromOutside } from './outside.ts';
export { checkRecords } from './records.ts';
export { checkSettings } from './settings.ts';
export { checkStore } from './store.ts';
export { checkUpstreams } from './upstreams.ts';
