import { errors } from 'oidc-provider';

/** The commit found that the code or token was used before, and revoked its grant. */
export class ReplayError extends errors.InvalidGrant {}
