export const authenticatorPath = '/account/authenticator';
export const removeAppPath = (id: string): string => `${authenticatorPath}/${id}/remove`;
export const addPath = `${authenticatorPath}/add`;
export const codesPath = `${authenticatorPath}/codes`;
