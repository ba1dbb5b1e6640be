import { errors } from 'oidc-provider';

/** A second use that showed only at the commit; the grant went with it. */
export class ReplayError extends errors.InvalidGrant {}
