export const sessionsPath = '/account/sessions';
export const othersPath = `${sessionsPath}/others`;
