export const forgotPath = '/account/forgot';
export const resetPath = '/account/reset';
