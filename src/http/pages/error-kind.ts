import type { ErrorKind } from '../../views/languages/messages.ts';

const byCode: Readonly<Record<string, ErrorKind>> = {
  interaction_expired: 'expired',
  form_expired: 'expired',
  sign_in_ended: 'expired',
  link_gone: 'linkGone',
  // Its status would suggest that another account might have permission.
  foreign_form: 'badRequest',
  invalid_client: 'unknownClient',
  invalid_redirect_uri: 'badRedirect',
};

const byStatus: Readonly<Record<number, ErrorKind>> = {
  403: 'forbidden',
  404: 'notFound',
  429: 'tooMany',
  503: 'unavailable',
};

/** Chooses the sentence that people read for an error. */
export const errorKindOf = (code: string, status: number): ErrorKind =>
  byCode[code] ?? byStatus[status] ?? (status >= 500 ? 'internal' : 'badRequest');
