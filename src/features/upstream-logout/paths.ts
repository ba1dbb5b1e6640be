import { routes } from '../../provider/paths.ts';

/** Where a sign-out leads that no application has asked for. */
export const signedOutPage = `${routes.end_session}/success`;
