import { nodeOf } from '../schema/build.ts';
import { account } from '../sections/account.ts';
import { type Rule, when } from './rule.ts';

/**
 * Keys of an account (except `groups`, which used to be a custom claim), and claims that only the server sets (RFC 7519
 * §4.1, OpenID Connect Core §2).
 */
const reserved = new Set([
  ...Object.keys(nodeOf(account).properties ?? {}).filter((key) => key !== 'groups'),
  ...[
    'iss',
    'aud',
    'exp',
    'nbf',
    'iat',
    'jti',
    'nonce',
    'auth_time',
    'amr',
    'azp',
    'at_hash',
    'c_hash',
    'sid',
  ],
]);

export const accountsMakeSense: Rule = {
  needs: ['accounts'],
  check: ({ accounts }) =>
    accounts.flatMap((account, index) => {
      const path = ['accounts', String(index)];
      return [
        ...when(
          (account.password === undefined) === (account.password_hash === undefined),
          path,
          'Give exactly one of password, password_file and password_hash.',
        ),
        ...Object.keys(account.claims ?? {}).flatMap((claim) =>
          when(
            reserved.has(claim),
            [...path, 'claims', claim],
            'Is not a custom claim: standard claims are keys of the account, and the server sets the others.',
          ),
        ),
      ];
    }),
};

/** RFC 9068 §5: an API could take the token of such a person for one that the client got for itself. */
export const subjectsAreNoClients: Rule = {
  needs: ['accounts', 'clients'],
  check: ({ accounts, clients }) => {
    const ids = new Set(clients.map(({ client_id }) => client_id));
    return accounts.flatMap(({ sub }, index) =>
      when(
        sub !== undefined && ids.has(sub),
        ['accounts', String(index), 'sub'],
        'Is the client_id of a client. Choose another one.',
      ),
    );
  },
};
