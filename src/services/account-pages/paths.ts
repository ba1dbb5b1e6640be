import { accountPath } from '../clients/index.ts';

/** Pages that end a way back into an account lead there. */
export const signInMethodsPath = `${accountPath}/sign-in-methods`;
