import { randomBytes } from 'node:crypto';
import { newId } from '../../store/new-id.ts';
import type { Clock } from '../../store/port.ts';
import type { AppSecrets } from './app-secrets.ts';
import type { Change } from './change.ts';
import type { EnrolVerdict, Factors } from './factor.ts';
import type { OwnerChanges } from './owner-changes.ts';
import { withoutRecovery } from './record.ts';
import type { Recovery } from './recovery.ts';
import { findStep } from './totp.ts';

interface Dependencies {
  readonly clock: Clock;
  readonly secrets: AppSecrets;
  readonly changes: OwnerChanges;
  readonly recovery: Recovery;
}

/** One person has a phone, perhaps a tablet, and the phone before. */
const maxAuthenticators = 5;
/** RFC 4226 §4: the length that it recommends. */
const secretBytes = 20;

/** How a person adds an authenticator app: its secret is in the form until the first code proves that the app has it. */
export const createEnrolment = ({
  clock,
  secrets,
  changes,
  recovery,
}: Dependencies): Pick<Factors, 'begin' | 'resume' | 'problemOfNew' | 'enrol'> => ({
  begin: (account, place) => secrets.describe(account, place, randomBytes(secretBytes)),

  resume(account, place, pending) {
    const secret = secrets.open(account, place, pending);
    return secret && { ...secrets.describe(account, place, secret), pending };
  },

  problemOfNew(account, { place, pending, code }) {
    const secret = secrets.open(account, place, pending);
    if (!secret) return 'expired';
    return findStep(secret, code, clock.now()) === undefined ? 'wrong' : undefined;
  },

  async enrol(account, { place, pending, code, by, replace = false, also = [] }) {
    const secret = secrets.open(account, place, pending);
    if (!secret) return { outcome: 'expired' };
    const step = findStep(secret, code, clock.now());
    if (step === undefined) return { outcome: 'wrong' };
    const verdict = await changes.make(
      'factor-added',
      // Who recovers the account isn't signed in, and may have set a password just before.
      { account, by, whileSignedIn: !replace, endsWithOthers: true },
      (factors): Change<EnrolVerdict> => {
        const others = replace ? [] : factors.authenticators;
        // The form was sent twice, as by a double click.
        const isKnown = factors.authenticators.some((one) => secrets.of(account, one).equals(secret));
        if (isKnown) return { result: { outcome: 'repeated' } };
        if (others.length >= maxAuthenticators) return { result: { outcome: 'tooMany' } };
        const id = newId(9);
        const createdAt = clock.now();
        const added = { id, secret: secrets.encrypt(account, id, secret), createdAt, lastStep: step };
        const keepsCodes = others.length > 0 && factors.recovery !== undefined;
        const created = keepsCodes ? undefined : recovery.create(account);
        return {
          result: { outcome: 'added', ...(created && { recoveryCodes: created.codes }) },
          next: {
            ...(keepsCodes ? factors : withoutRecovery(factors)),
            authenticators: [...others, added],
            ...(created && { recovery: created.record }),
            ...(replace && { forgottenAt: createdAt }),
          },
          voidsFormerAddresses: replace,
          also,
        };
      },
    );
    if (verdict.outcome === 'added') changes.emit('account.factor_added', account, 'authenticator', by);
    return verdict;
  },
});
