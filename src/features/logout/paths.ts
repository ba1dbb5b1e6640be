import { routes } from '../../provider/paths.ts';

export const confirmPath = `${routes.end_session}/confirm`;
export const successPath = `${routes.end_session}/success`;
