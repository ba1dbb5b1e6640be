import { errors } from 'oidc-provider';

/** A second use that showed only at the commit; the grant went with it. */
export class Replayed extends errors.InvalidGrant {}
