import type { Config } from '#config';
import { exitCode, Failure } from '../../errors.ts';
import type { Account, Requirement } from './account.ts';
import type { AccountRecord } from './record.ts';

interface Change {
  readonly add?: readonly Requirement[];
  readonly remove?: readonly Requirement[];
}

const refuse = (message: string): never => {
  throw new Failure({ code: 'factor_not_needed', message, status: 409, exit: exitCode.conflict });
};

export const changeRequired = (
  { required = [] }: AccountRecord,
  { add = [], remove = [] }: Change,
): readonly Requirement[] => [...new Set([...required, ...add])].filter((one) => !remove.includes(one));

/** What is required of people. Where no second factor can be set up, requiring one would keep them out for good. */
export const createRequirements = ({ factors }: Pick<Config['security'], 'factors'>) => {
  const isFactorOffered = factors.offered.includes('authenticator');

  return {
    requirementsOf: ({ required = [] }: Pick<Account, 'required'>): readonly Requirement[] =>
      isFactorOffered ? required : required.filter((one) => one !== 'factor'),

    /** Throws when a second factor becomes required that can't be set up, or that the account has. */
    refuseFactor(former: AccountRecord, { add = [] }: Change): void {
      if (!add.includes('factor') || former.required?.includes('factor')) return;
      if (!isFactorOffered)
        refuse('No second factor can be set up: put authenticator into security.factors.offered.');
      if ((former.factors ?? []).length > 0) refuse(`${former.username} has a second factor already.`);
    },
  };
};

export type Requirements = ReturnType<typeof createRequirements>;
