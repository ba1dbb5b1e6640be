import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { configurationErrors, load } from './load.ts';

const mail =
  'mail: { url: "smtps://id@mail.example.com", password: secret, from: "Example <id@example.com>" }';

/** Each case is a file, and a part of what is reported for it. */
const refused: Readonly<Record<string, readonly [yaml: string, said: string]>> = {
  'a URL with the password in it': [
    'mail: { url: "smtps://id:secret@mail.example.com", from: id@example.com }',
    'mail.url: Expected smtps://USER@HOST or smtp://USER@HOST, without a password',
  ],
  'another protocol': [
    'mail: { url: "https://mail.example.com", from: id@example.com }',
    'mail.url: Expected',
  ],
  'a URL with a query': [
    'mail: { url: "smtp://mail.example.com?tls=no", from: id@example.com }',
    'mail.url: Expected',
  ],
  'no sender': ['mail: { url: "smtp://mail.example.com" }', 'mail.from: Is missing'],
  'a sender with a line break': [
    'mail: { url: "smtp://mail.example.com", from: "Example\\nBcc: evil@example.com <id@example.com>" }',
    'mail.from: Expected an e-mail address',
  ],
  'two senders': [
    'mail: { url: "smtp://mail.example.com", from: "a@example.com, b@example.com" }',
    'mail.from: Expected an e-mail address',
  ],
  'two addresses for replies': [
    'mail: { url: "smtp://mail.example.com", from: id@example.com, reply_to: "a@example.com,b@example.com" }',
    'mail.reply_to: Expected one e-mail address',
  ],
  'a user without a password': [
    'mail: { url: "smtps://id@mail.example.com", from: id@example.com }',
    'mail.password: Is missing: mail.url names a user.',
  ],
  'a password without a user': [
    'mail: { url: "smtps://mail.example.com", password: secret, from: id@example.com }',
    'mail.url: Names no user for the password',
  ],
  'domains without verification': [
    'sign_up: { email_domains: [example.com] }',
    'sign_up.email_domains: Means nothing without sign_up.verify_email',
  ],
  'a domain that is none': [
    'sign_up: { verify_email: true, email_domains: ["@example.com"] }',
    'sign_up.email_domains.0: Expected a domain in lower case',
  ],
  'verification in production without mail': [
    'mode: production\nsign_up: { verify_email: true }',
    'sign_up.verify_email: Needs a mail server to send the code',
  ],
  'a plain password in production': [
    `mode: production\n${mail}`,
    'mail.password: Production refuses a secret in plain text. Use password_file with the name of a file that holds it.',
  ],
};

for (const [name, [yaml, said]] of Object.entries(refused)) {
  t.test(`${name} is refused`, async (t) => {
    const errors = configurationErrors(t.testdir({ 'postern.yaml': yaml }));
    t.ok(
      errors.some((error) => error.startsWith(said)),
      errors.join('\n'),
    );
    t.notMatch(errors.join('\n'), 'smtps://id:secret', 'no password is repeated');
  });
}

t.test('the password and the certificates come from files', async (t) => {
  const cwd = t.testdir({
    'postern.yaml':
      'mail: { url: "smtps://id@mail.example.com", password_file: mail, ca_file: ca.pem, from: id@example.com }',
    mail: 'secret\n',
  });
  writeFileSync(join(cwd, 'ca.pem'), '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
  const { config } = load(cwd);
  t.equal(config.mail?.password, 'secret');
  t.match(config.mail?.ca, /^-----BEGIN CERTIFICATE-----\nAAAA\n/);
  t.equal(config.mail?.starttls, 'required');
});
