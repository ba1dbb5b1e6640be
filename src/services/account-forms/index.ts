/**
 * Owns the form with which a person makes an account or chooses a password: its fields, and the problem to show when a
 * field is wrong or services/accounts refuses it. The pages belong to the features.
 */
export { findProblems, isAllowedDomain, isEmailAddress, type NewAccount, parseForm } from './new-account.ts';
export { type NewAccountProblem, problemOf } from './problems.ts';
