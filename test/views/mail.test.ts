import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { mailLogo, type UploadedLogo } from '#src/views/theme/mail-logo.ts';
import { mailContext, mailGallery } from './mail-gallery.ts';

const folder = join(import.meta.dirname, '../../src/views/mail');

t.test('the gallery has every message', async (t) => {
  const names: string[] = [];
  for (const file of readdirSync(folder)) {
    const templates: Record<string, unknown> = await import(`../../src/views/mail/${file}`);
    names.push(
      ...Object.keys(templates).filter((name) => name !== 'renderMail' && /(Mail|Notice)$/.test(name)),
    );
  }
  t.ok(names.length >= 9, names.join());
  t.strictSame(Object.keys(mailGallery).toSorted(), names.toSorted());
});

t.test('every message is complete in every language, in both versions', async (t) => {
  for (const language of ['en', 'de', 'pl'])
    for (const [name, render] of Object.entries(mailGallery)) {
      const { subject, text, html } = render(mailContext(language));
      const title = `${name} in ${language}`;
      t.match(subject, /\S/, title);
      t.notMatch(subject, /[\r\n]/, title);
      for (const part of [subject, text, html]) t.notMatch(part, /undefined|\[object|NaN/, title);
      t.match(html, `lang="${language}"`);
      t.notMatch(html, /<b>|<Identity>|<script|<link|<style|@import|url\(/, title);
      for (const [href = ''] of text.matchAll(/https:\S+/g)) t.ok(html.includes(`href="${href}"`), title);
    }
});

t.test('messages have the logo of the configuration, and an uploaded one where it has none', async (t) => {
  const issuer = 'https://login.example';
  const uploaded = { extension: 'png' };
  const logoWith = (
    { logo, file }: { readonly logo?: string; readonly file?: string },
    image?: UploadedLogo,
  ): string | undefined => {
    const pages = { ...(logo && { logo }), theme: file === undefined ? {} : { logo: file } };
    return mailLogo({ issuer, pages }, image);
  };
  t.equal(logoWith({}), undefined);
  t.equal(logoWith({}, { extension: 'svg' }), undefined, 'mail readers show no SVG');
  t.equal(logoWith({ file: 'logo.svg' }, uploaded), undefined, 'the file wins');
  t.equal(logoWith({ logo: 'https://cdn.example/logo.png' }, uploaded), 'https://cdn.example/logo.png');
  t.equal(logoWith({ file: 'LOGO.PNG' }), `${issuer}/theme/logo`);
  t.equal(logoWith({}, uploaded), `${issuer}/theme/logo`);
});
