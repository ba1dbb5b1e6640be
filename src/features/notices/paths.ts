/** The purpose of the link, and the page that it opens. */
export const notMePurpose = 'not-me';
export const notMePath = '/account/not-me';
