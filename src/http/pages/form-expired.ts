import { Failure } from '../../errors.ts';

/** The form's MAC doesn't fit the browser and the page. */
export const formExpired = (): Failure =>
  new Failure({
    code: 'form_expired',
    status: 403,
    message: 'This form is no longer valid. Go back and load it again.',
  });
