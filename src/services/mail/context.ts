import type { Config } from '#config';
import { createMessages } from '../../views/languages/own-texts.ts';
import type { MailContext } from '../../views/mail/message.ts';
import { mailLogo, type UploadedLogo } from '../../views/theme/mail-logo.ts';
import type { Account } from '../accounts/index.ts';
import { isMailAddress } from './address.ts';

/** What a message in this language shares with all others. */
export type MailContextIn = (language: string) => MailContext;

/** Brands messages like the pages. A language that isn't offered becomes the default one. */
export const createMailContext = (
  { issuer, pages }: Pick<Config, 'issuer' | 'pages'>,
  uploadedLogo: () => UploadedLogo | undefined,
): MailContextIn => {
  const messagesFor = createMessages(pages);
  return (language) => ({
    messages: messagesFor(pages.languages.includes(language) ? language : pages.default_language),
    brand: pages.name,
    logo: mailLogo({ issuer, pages }, uploadedLogo()),
    accent: pages.theme.accent,
    links: pages.links,
    host: new URL(issuer).host,
  });
};

type WithClaims = Pick<Account, 'claims'>;

/** The language that the account chose: `de` for `de-AT`. */
export const languageOf = ({ claims: { locale } }: WithClaims): string | undefined =>
  typeof locale === 'string' ? locale.split(/[-_]/)[0]?.toLowerCase() : undefined;

/** Mail about an account goes to no other address: an address that isn't verified may be another person's. */
export const verifiedAddressOf = ({
  claims: { email, email_verified: isVerified },
}: WithClaims): string | undefined => (isVerified === true && isMailAddress(email) ? email : undefined);
