const consolePath = '/admin';

export const clientsPath = `${consolePath}/clients`;
/** Not below `clientsPath`, where any word may be the id of a client. */
export const newClientPath = `${consolePath}/new-client`;
export const newRecipePath = `${newClientPath}/application`;

/** A client id may have any visible character. */
export const clientPath = (id: string): string => `${clientsPath}/${encodeURIComponent(id)}`;
