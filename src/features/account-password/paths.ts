export const passwordPath = '/account/password';
