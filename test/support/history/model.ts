import type { Key, Write } from '#src/store/port.ts';

/** A new family is used every few milliseconds, so that many workers contend for few documents. */
export const familyEveryMs = 12;
export const sessionEveryMs = 300;
export const turns = 8;

export const familyName = (n: number): string => `fam${n}`;
export const sessionName = (n: number): string => `session${n}`;

const key = (kind: string, family: string, id = ''): Key => ({ kind, family, id });
const body = (mark: number): string => `${mark}`;

export const keys = {
  issued: (family: string) => key('issued', family),
  code: (family: string) => key('code', family, 'code'),
  token: (family: string) => key('access', family, 'token'),
  refresh: (family: string, turn: number) => key('refresh', family, `turn${turn}`),
  revoked: (family: string) => key('revoked', family),
  /** A login is in another family, so that a redemption commits to two. */
  login: (family: string, mark: number) => key('login', `account-of-${family}`, body(mark)),
  session: (name: string) => key('session', name),
};

/** The writes of each action, as the server commits them. */
export const commits = {
  issue: (family: string, mark: number): Write[] => [
    { op: 'insert', key: keys.issued(family), body: body(mark) },
    { op: 'put', key: keys.code(family), body: body(mark) },
  ],
  redeem: (family: string, mark: number): Write[] => [
    { op: 'put', key: keys.login(family, mark), body: body(mark) },
    { op: 'consume', key: keys.code(family), at: mark },
    {
      op: 'put',
      key: keys.token(family),
      body: body(mark),
      index: [{ index: 'tokens', of: 'all', at: mark }],
    },
    { op: 'put', key: keys.refresh(family, 0), body: body(mark) },
  ],
  refresh: (family: string, mark: number, turn: number): Write[] => [
    { op: 'consume', key: keys.refresh(family, turn), at: mark },
    { op: 'put', key: keys.refresh(family, turn + 1), body: body(mark) },
  ],
  revoke: (family: string, mark: number): Write[] => [
    { op: 'put', key: keys.revoked(family), body: body(mark) },
    { op: 'remove', key: keys.code(family) },
    { op: 'remove', key: keys.token(family) },
    ...Array.from(
      { length: turns + 1 },
      (_, turn): Write => ({ op: 'remove', key: keys.refresh(family, turn) }),
    ),
  ],
  merge: (session: string, mark: number): Write[] => [
    { op: 'merge', key: keys.session(session), fields: { [`m${mark}`]: body(mark) }, ifAbsent: 'refuse' },
  ],
};
