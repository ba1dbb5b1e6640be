/** The form of one request, in one session. */
export const formMacSubject = ({ uid }: { readonly uid: string }, handle: string) =>
  ['request', uid, handle] as const;
