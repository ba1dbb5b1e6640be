import { Failure } from '../../errors.ts';

/** The MAC of a form doesn't belong to this session and this page. */
export const formExpired = (): Failure =>
  new Failure({
    code: 'form_expired',
    status: 403,
    message: 'This form is no longer valid. Go back and load it again.',
  });
