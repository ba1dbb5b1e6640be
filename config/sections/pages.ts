import { flag, list, optional, section, text } from '../schema/build.ts';

const language = (description: string, byDefault?: string) =>
  text(description, {
    format: 'language',
    ...(byDefault === undefined ? {} : { default: byDefault }),
  });

export const pages = section('What people see.', {
  name: text('Name of this service on every page.', { default: 'Postern', maxLength: 100 }),
  logo: optional(text('Address of a logo.', { format: 'uri' })),
  languages: list(language('A language tag.'), 'Languages offered.', {
    default: ['en', 'de', 'pl'],
    minItems: 1,
  }),
  default_language: language('Language when the browser asks for none of them.', 'en'),
  form_targets: list(
    text('An origin: scheme and host, and the port unless it is the default one.', { format: 'origin' }),
    'Where applications lead on to after a sign-in, on hosts that they have not registered: browsers stop there otherwise.',
    { default: [] },
  ),
  create_account: flag('Let people create their own account.', { default: false }),
  remember_me: flag('Offer to stay signed in on this device.', { default: true }),
});
