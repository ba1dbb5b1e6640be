import { type Rule, when } from './rule.ts';

/** A level that the server doesn't know is never reached, so no sign-in would succeed. */
export const factorLevelsExist: Rule = {
  needs: ['security', 'clients'],
  check({ security: { acr_values: known, factors }, clients }) {
    const levels = `security.acr_values (${known.join(', ') || 'empty'})`;
    const problem = `Is not among ${levels}.`;
    return [
      ...(['password_acr', 'second_factor_acr', 'passkey_acr'] as const).flatMap((kind) => {
        const acr = factors[kind];
        return when(acr !== undefined && !known.includes(acr), ['security', 'factors', kind], problem);
      }),
      ...clients.flatMap(({ required_acr: acr }, index) =>
        when(acr !== undefined && !known.includes(acr), ['clients', String(index), 'required_acr'], problem),
      ),
    ];
  },
};

export const requiredFactorsAreOffered: Rule = {
  needs: ['security'],
  check: ({ security: { factors } }) => [
    ...when(
      factors.required === 'always' && !factors.offered.includes('authenticator'),
      ['security', 'factors', 'required'],
      'Needs authenticator in security.factors.offered: people without a second factor could not set one up.',
    ),
    ...when(
      factors.offered.includes('recovery_codes') && !factors.offered.includes('authenticator'),
      ['security', 'factors', 'offered'],
      'Has recovery_codes without authenticator: the codes are made together with an app.',
    ),
    ...when(
      factors.grace_days > 0 && factors.required !== 'always',
      ['security', 'factors', 'grace_days'],
      'Means nothing without required: always.',
    ),
  ],
};
