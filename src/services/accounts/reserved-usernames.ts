import { foldUsername } from './username.ts';

/** Names that people take for the operator or the service: roles, mailboxes (RFC 2142), and words of addresses. */
const reserved = `
  admin admins administrator administration sysadmin sysop superadmin superuser root system operator owner
  staff team moderator official security trust safety privacy legal compliance billing payments finance
  support help helpdesk service customerservice info contact feedback press media jobs sales marketing news
  abuse noc postmaster hostmaster webmaster usenet www uucp ftp mail mailer mailerdaemon noreply donotreply
  account accounts user users username guest anonymous nobody someone everyone me self you
  login logout signin signout signup register registration password reset recovery verify verification
  auth oauth oidc openid sso idp identity token tokens client clients api console dashboard settings
  null undefined none true false unknown deleted removed test localhost postern
  verwaltung betreiber hilfe kundendienst wsparcie pomoc obsługa админ администратор модератор поддержка`
  .trim()
  .split(/\s+/);

const lookAlikes: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
  '|': 'i',
  ı: 'i',
  l: 'i',
  ł: 'i',
  ø: 'o',
  đ: 'd',
};

/** What a glance sees: no marks and separators, digits and signs as the letters that they look like. */
const glance = (name: string): string =>
  foldUsername(name)
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[134570@$!|ılłøđ]/gu, (sign) => lookAlikes[sign] ?? sign)
    .replace(/[^\p{L}\p{Nd}]/gu, '')
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w');

const reservedWords: ReadonlySet<string> = new Set(reserved.map(glance));

/**
 * Whether a name is reserved, or is made of a reserved word and a name of the service, or differs from one in looks
 * only.
 */
export const isReserved = (name: string, service: readonly string[]): boolean => {
  const ownNames = service.map(glance).filter((own) => own !== '');
  const spellings = [
    name,
    name.replaceAll('@', ''),
    foldUsername(name).replace(/(?<![\p{Nd}\p{P}])[\p{Nd}\p{P}]+$/u, ''),
  ];
  const seen = spellings.map(glance);
  return seen.some(
    (one) =>
      reservedWords.has(one) ||
      ownNames.some(
        (own) => one === own || (one.includes(own) && reservedWords.has(one.replaceAll(own, ''))),
      ),
  );
};
