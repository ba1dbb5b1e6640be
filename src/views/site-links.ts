import type { Messages } from './languages/messages.ts';
import { webUrl } from './links.ts';

/** Pages of the operator that every page and message links to. */
export interface SiteLinks {
  readonly help?: string | undefined;
  readonly privacy?: string | undefined;
  readonly imprint?: string | undefined;
}

export type LabelledLinks = readonly (readonly [label: string, href: string])[];

export const labelledLinks = (
  links: SiteLinks = {},
  { layout: { links: text } }: Pick<Messages, 'layout'>,
): LabelledLinks => {
  const { help, privacy, imprint } = links;
  return [
    [text.help, webUrl(help)] as const,
    [text.privacy, webUrl(privacy)] as const,
    [text.imprint, webUrl(imprint)] as const,
  ].flatMap(([label, href]) => (href === undefined ? [] : [[label, href] as const]));
};
