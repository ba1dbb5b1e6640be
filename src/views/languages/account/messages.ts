import type { Config } from '#config';

type EditableClaim = Config['profile']['editable'][number];

/** The texts of the account pages. */
export interface AccountMessages {
  readonly menu: { label: string; signOut: string };
  readonly signInFailed: { title: string; why: string; again: string };
  readonly overview: { title: string; menu: string };
  /** Ways to sign in, by their names in `amr` (RFC 8176). */
  readonly methods: Readonly<Record<'pwd' | 'otp' | 'hwk' | 'swk', string>>;
  readonly sessions: {
    title: string;
    hint: string;
    current: string;
    now: string;
    lastUsed: string;
    signedIn: string;
    address: string;
    method: string;
    apps: string;
    end: string;
    endOthers: string;
    onlyThis: string;
    more: string;
    ended: string;
    endTitle: string;
    endOthersTitle: string;
    consequence: string;
    offline: string;
    offlineHint: string;
    endSubmit: string;
  };
  readonly password: {
    menu: string;
    title: string;
    setTitle: string;
    current: string;
    none: string;
    consequence: string;
    done: string;
    fixed: string;
  };
  readonly profile: {
    menu: string;
    title: string;
    done: string;
    verified: string;
    unverified: string;
    changeEmail: string;
    confirmEmail: string;
    fixed: string;
    submit: string;
    claims: Readonly<Record<EditableClaim, string>>;
    problems: { missing: (label: string) => string; invalid: (label: string) => string };
  };
}
