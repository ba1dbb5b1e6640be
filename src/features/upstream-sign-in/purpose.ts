/** An arrival is for the step of one sign-in, which only the browser that began it can open. */
export const purposeOf = (uid: string): string => `sign-in ${uid}`;
