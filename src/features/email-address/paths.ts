export const emailPath = '/account/email';
export const confirmedPath = `${emailPath}/confirmed`;
