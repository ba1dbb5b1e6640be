import { flag, list, optional, section, text } from '../schema/build.ts';
import { links, texts, theme } from './theme.ts';

const language = (description: string, byDefault?: string) =>
  text(description, {
    format: 'language',
    ...(byDefault === undefined ? {} : { default: byDefault }),
  });

export const pages = section('The pages of this server.', {
  name: text('Name of this service on every page.', { default: 'Postern', maxLength: 100 }),
  logo: optional(
    text('URL of a logo on another host. `pages.theme.logo` is a file instead.', { format: 'uri' }),
  ),
  home: optional(
    text('URL of the page where people start, such as a portal. Pages that end a flow link to it.', {
      format: 'uri',
    }),
  ),
  languages: list(language('A language tag.'), 'Languages offered.', {
    default: ['en', 'de', 'pl'],
    minItems: 1,
  }),
  default_language: language('Language of browsers that accept none of them.', 'en'),
  contact: optional(
    text('Whom people can ask for access to an application: an e-mail address or an https URL.', {
      format: 'contact',
    }),
  ),
  form_targets: list(
    text('An origin: scheme, host, and the port unless it is the default one.', { format: 'origin' }),
    'No longer needed, and removed in the next release: a page between this server and the application takes its place, except for browsers that send no Fetch Metadata. Origins that applications redirect to after a sign-in.',
    { default: [] },
  ),
  create_account: flag('Let people create their own account.', { default: false }),
  theme,
  links,
  texts,
  remember_me: flag('Offer to stay signed in on this device.', { default: true }),
});
