/** Who signs in. */
export const person = { login: 'ada', password: 'correct horse battery' };
