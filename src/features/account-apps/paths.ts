export const appsPath = '/account/apps';
export const disconnectPath = `${appsPath}/disconnect`;
export const disconnectSelfRegisteredPath = `${appsPath}/disconnect-unverified`;
