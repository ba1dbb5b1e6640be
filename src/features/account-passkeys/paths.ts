export const passkeysPath = '/account/passkeys';
export const removePasskeyPath = (id: string): string => `${passkeysPath}/${id}/remove`;
export const addPath = `${passkeysPath}/add`;
