export const passkeysPath = '/account/passkeys';
export const addPath = `${passkeysPath}/add`;
