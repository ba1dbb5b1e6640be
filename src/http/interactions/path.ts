/** The page of the step that an interaction waits for. */
export const interactionPath = (uid: string): string => `/interaction/${uid}`;
