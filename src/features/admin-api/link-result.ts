import { timeText } from '../../services/administration/index.ts';

/** A link as it is shown once. */
export const linkResult = ({ url, until }: { readonly url: string; readonly until: number }) => ({
  body: { url, expires_at: timeText(until) },
  secrets: ['url'],
});
