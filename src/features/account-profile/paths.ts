export const profilePath = '/account/profile';
