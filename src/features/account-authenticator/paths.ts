export const authenticatorPath = '/account/authenticator';
export const addPath = `${authenticatorPath}/add`;
export const codesPath = `${authenticatorPath}/codes`;
