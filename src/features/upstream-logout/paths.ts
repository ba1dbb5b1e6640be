import { routes } from '../../provider/paths.ts';

/** A sign-out that no application has asked for leads here. */
export const signedOutPage = `${routes.end_session}/success`;
