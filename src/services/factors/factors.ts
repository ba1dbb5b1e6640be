import type { Config } from '#config';
import type { Events } from '../../events.ts';
import type { Clock, Store } from '../../store/port.ts';
import { type Accounts, factorsKey } from '../accounts/index.ts';
import type { SecretCipher } from '../keys/index.ts';
import type { Notices } from '../notices/index.ts';
import { createAppSecrets } from './app-secrets.ts';
import { type Change, createChangeFactors } from './change.ts';
import { createEnrolment } from './enrolment.ts';
import type { AccountFactors, CodeVerdict, Factors } from './factor.ts';
import { createOwnerChanges } from './owner-changes.ts';
import { type FactorsRecord, noFactors, readFactors } from './record.ts';
import { createRecovery } from './recovery.ts';
import { createRemoval } from './removal.ts';
import { findStep } from './totp.ts';

interface Dependencies {
  readonly config: {
    readonly pages: Pick<Config['pages'], 'name'>;
    readonly security: Pick<Config['security'], 'factors'>;
  };
  readonly store: Store;
  readonly clock: Clock;
  readonly events: Events;
  readonly cipher: SecretCipher;
  readonly accounts: Pick<Accounts, 'changeFactors'>;
  /** Without it, no message is sent. */
  readonly notices?: Notices;
}

const summaryOf = ({ authenticators, recovery, forgottenAt }: FactorsRecord): AccountFactors => ({
  authenticators: authenticators.map(({ id, createdAt, lastUsedAt }) => ({
    id,
    createdAt,
    ...(lastUsedAt !== undefined && { lastUsedAt }),
  })),
  ...(recovery && { recovery: { createdAt: recovery.createdAt, left: recovery.codes.length } }),
  ...(forgottenAt !== undefined && { forgottenAt }),
});

export const createFactors = ({
  config: { pages, security },
  store,
  clock,
  events,
  cipher,
  accounts,
  notices,
}: Dependencies): Factors => {
  const { offered } = security.factors;
  const changeFactors = createChangeFactors({ store, accounts });
  const changes = createOwnerChanges({ changeFactors, events, notices });
  const secrets = createAppSecrets({ clock, cipher, issuer: pages.name });
  const isOffered = offered.includes('recovery_codes');
  const recovery = createRecovery({ clock, cipher, changes, isOffered });
  const { useRecoveryCode, renewRecoveryCodes } = recovery;

  return {
    isOffered: offered.includes('authenticator'),

    async of({ id, from, factors }) {
      if (from === 'store' && factors === undefined) return summaryOf(noFactors);
      const [document] = await store.read([factorsKey(id)]);
      return summaryOf(readFactors(document));
    },

    async forgottenAt({ id }) {
      const [document] = await store.read([factorsKey(id)]);
      return readFactors(document).forgottenAt;
    },

    ...createEnrolment({ clock, secrets, changes, recovery }),

    useCode: (account, typed) =>
      changeFactors(account, (factors): Change<CodeVerdict> => {
        let isReused = false;
        for (const authenticator of factors.authenticators) {
          const step = findStep(secrets.of(account, authenticator), typed, clock.now());
          if (step === undefined) continue;
          if (step <= authenticator.lastStep) {
            isReused = true;
            continue;
          }
          const used = { ...authenticator, lastStep: step, lastUsedAt: clock.now() };
          const authenticators = factors.authenticators.map((one) => (one === authenticator ? used : one));
          return { result: 'right', next: { ...factors, authenticators } };
        }
        return { result: isReused ? 'reused' : 'wrong' };
      }),

    useRecoveryCode,
    renewRecoveryCodes,

    ...createRemoval({ changes, recovery }),

    noteAsked: (account) =>
      changeFactors(account, (factors) => {
        if (factors.askedAt !== undefined) return { result: factors.askedAt };
        const askedAt = clock.now();
        return { result: askedAt, next: { ...factors, askedAt } };
      }),
  };
};
