import type { Value } from '../../html.ts';

/** The texts about passkeys on all pages. */
export interface PasskeyMessages {
  /** What the script says when the browser gave no passkey. */
  readonly form: { canceled: string; exists: string; failed: string };
  readonly signIn: { refused: string; otherAccount: string };
  readonly offer: {
    title: string;
    why: string;
    how: string;
    create: string;
    later: string;
    refused: string;
    as: (account: Value) => readonly Value[];
  };
  readonly names: { securityKey: string; passkey: string };
}
