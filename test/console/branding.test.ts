import { request } from 'node:http';
import t from 'tap';
import { groupOf } from '../admin/admin-server.ts';
import { ensureRedis, freshPrefix } from '../support/redis.ts';
import {
  Browser,
  formOf,
  newVerifier,
  type Page,
  RelyingParty,
  redirectUri,
  signedInBrowser,
  startInProcess,
} from '../support/setup/index.ts';
import { hostileSvg, png, svg } from '../support/theme-files.ts';
import { waitFor } from '../support/wait-for.ts';
import { startConsole } from './console-server.ts';

const folder = t.testdir({ 'icon.svg': svg(16, 16) });
const { server, issuer, browserOf } = await startConsole(t, {
  pages: { theme: { favicon: `${folder}/icon.svg` } },
  clients: [
    {
      client_id: 'fixed',
      client_name: 'Fixed',
      token_endpoint_auth_method: 'none',
      redirect_uris: [redirectUri],
    },
  ],
});
const { clients } = server.app.services;
const admin = await browserOf('admin');
const logo = `${issuer}/admin/branding/logo`;

/** A lossless WebP of one pixel. */
const webp = Buffer.from('UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==', 'base64');

type File = string | Uint8Array<ArrayBuffer> | Buffer | undefined;

const formWith = (fields: Readonly<Record<string, string>>, file: File): FormData => {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  const content = file === undefined ? [] : [typeof file === 'string' ? file : new Uint8Array(file)];
  // What a browser sends for an empty choice. The name and the type are lies, to show that they count for nothing.
  form.set('file', new Blob(content, { type: 'image/png' }), file === undefined ? '' : 'a.php');
  return form;
};

const post = (url: string, body: RequestInit['body'], browser = admin): Promise<Page> =>
  browser.request(url, { method: 'POST', body: body ?? null, headers: { origin: new URL(url).origin } });

/** Opens the form, and sends it with the file. */
const upload = async (
  url: string,
  file: File,
  { browser = admin, ...fields }: { browser?: Browser } & Record<string, string | Browser> = {},
): Promise<Page> => {
  const { hidden } = formOf((await browser.request(url)).body);
  return post(url, formWith({ ...hidden, ...(fields as Record<string, string>) }, file), browser);
};

const logoOf = async (at = issuer): Promise<string | undefined> =>
  /<img class="mark" src="([^"]+)"/.exec((await new Browser().open(`${at}/errors/not_found`)).body)?.[1];

const refused = {
  'no file': [undefined, 'Choose a file.'],
  'a page': ['<!doctype html><script>alert(1)</script>', 'This is no PNG'],
  'a page with an SVG in it': [`<html>${svg(1, 1)}</html>`, 'This is no PNG'],
  'an SVG with a page behind it': [`${svg(1, 1)}<script>alert(1)</script>`, 'This is no PNG'],
  'an SVG that defines entities': [`<!DOCTYPE svg [<!ENTITY a "aaaa">]>${svg(1, 1)}`, 'This is no PNG'],
  'an SVG of another namespace': ['<svg xmlns="http://www.w3.org/1999/xhtml"><a/></svg>', 'This is no PNG'],
  'an SVG in UTF-16': [Buffer.from(svg(1, 1), 'utf16le'), 'This is no PNG'],
  'a PNG with a page behind it': [
    Buffer.concat([png, Buffer.from('<script>alert(1)</script>')]),
    'This is no PNG',
  ],
  'the beginning of a PNG': [png.subarray(0, 20), 'This is no PNG'],
  'a WebP with a page behind it': [
    Buffer.concat([webp, Buffer.from('<script>alert(1)</script>')]),
    'This is no PNG',
  ],
  'a GIF': [Buffer.from('R0lGODlhAQABAAAAACwAAAAAAQABAAACAkQBADs=', 'base64'), 'This is no PNG'],
  'too large': [svg(1, 1).padEnd(256 * 1024 + 1), 'The file is larger than 256 KiB.'],
} as const;

t.test('what is no image, or too large, is refused on the form', async (t) => {
  for (const [what, [file, message]] of Object.entries(refused)) {
    const page = await upload(logo, file);
    t.equal(page.status, 422, what);
    t.match(page.body, message, what);
  }
  t.equal(await logoOf(), undefined);
});

t.test('a body that is no form, or larger than any file, is refused before it is looked at', async (t) => {
  const huge = await upload(logo, svg(1, 1).padEnd(1024 * 1024));
  t.equal(huge.status, 413);
  const wrong = await admin.request(logo, {
    method: 'POST',
    body: 'no parts',
    headers: { origin: issuer, 'content-type': 'multipart/form-data; boundary=x' },
  });
  t.equal(wrong.status, 400);
  const { hidden } = formOf((await admin.request(logo)).body);
  const twice = formWith(hidden, png);
  twice.append('version', '0-0');
  t.equal((await post(logo, twice)).status, 400);
  const two = formWith(hidden, png);
  two.append('file', new Blob([svg(1, 1)]), 'b.svg');
  t.equal((await post(logo, two)).status, 400);
  t.equal((await post(`${issuer}/admin/groups/new`, formWith(hidden, png))).status, 415, 'another form');
});

t.test('only administrators may upload, and only from the form', async (t) => {
  const { hidden } = formOf((await admin.request(logo)).body);
  for (const role of ['viewer', 'support', 'ada']) {
    const browser = await browserOf(role);
    t.equal((await browser.request(logo)).status, 403, role);
    t.equal((await post(logo, formWith(hidden, png), browser)).status, 403, role);
  }
  const list = await (await browserOf('viewer')).request(`${issuer}/admin/branding`);
  t.equal(list.status, 200);
  t.notMatch(list.body, '/admin/branding/logo');
  t.equal(
    (await post(logo, formWith(hidden, png), new Browser())).status,
    303,
    'a browser that is not signed in',
  );
  t.equal((await post(logo, formWith({ ...hidden, csrf: 'x' }, png))).status, 403, 'no CSRF token');
  const other = formOf((await (await browserOf('admin', { ago: 5 })).request(logo)).body).hidden;
  t.equal((await post(logo, formWith(other, png))).status, 403, 'the token of another session');
  const foreign = await admin.request(logo, {
    method: 'POST',
    body: formWith(hidden, png),
    headers: { origin: 'https://evil.example' },
  });
  t.equal(foreign.status, 403);
  t.equal((await admin.request(`${issuer}/admin/branding/style`)).status, 404);
  t.equal(await logoOf(), undefined);
});

t.test('a body of strangers is not read', async (t) => {
  const { port } = new URL(issuer);
  const status = await new Promise<number | undefined>((resolve, reject) => {
    // The body never comes, so only a server that doesn't wait for it answers.
    const sent = request({
      port,
      host: '127.0.0.1',
      path: '/admin/branding/logo',
      method: 'POST',
      headers: {
        host: new URL(issuer).host,
        'content-type': 'multipart/form-data; boundary=x',
        'content-length': 300_000,
      },
    });
    sent.once('response', (response) => {
      resolve(response.statusCode);
      sent.destroy();
    });
    sent.once('error', reject);
    sent.flushHeaders();
  });
  t.equal(status, 303);
});

t.test('what the configuration sets is not uploaded', async (t) => {
  const page = await upload(`${issuer}/admin/branding/favicon`, svg(2, 2));
  t.equal(page.status, 409);
  t.match(page.body, 'This image comes from the configuration');
  const list = await admin.request(`${issuer}/admin/branding`);
  t.match(list.body, /The configuration: <code>pages\.theme\.favicon<\/code>/);
  t.notMatch(list.body, '/admin/branding/favicon');
});

t.test('the second of two administrators with the same form gets a conflict', async (t) => {
  const { hidden } = formOf((await admin.request(logo)).body);
  const sent = await Promise.all([
    post(logo, formWith(hidden, svg(10, 10))),
    post(logo, formWith(hidden, svg(11, 11))),
  ]);
  t.same(sent.map(({ status }) => status).toSorted(), [303, 412]);
  const late = await post(logo, formWith(hidden, svg(12, 12)));
  t.equal(late.status, 412);
  t.match(late.body, 'This was changed in the meantime.');
  t.equal((await upload(logo, undefined, { action: 'remove' })).status, 303);
  t.equal(await logoOf(), undefined);
});

t.test('an image is on every page, and its path changes with its content', async (t) => {
  const types = { png: 'image/png', webp: 'image/webp', svg: 'image/svg+xml' };
  const doctype =
    '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">';
  const files = {
    png,
    webp,
    svg: Buffer.from(`\uFEFF<?xml version="1.0"?>\n<!-- drawn -->\n${doctype}\n${hostileSvg}\n`),
  };
  const paths: string[] = [];
  for (const [extension, file] of Object.entries(files)) {
    const sent = await upload(logo, file);
    t.equal(sent.headers.get('location'), '/admin/branding?done=uploaded');
    const path = (await logoOf()) ?? '';
    t.match(path, new RegExp(`^/images/logo\\.[\\w-]{22}\\.${extension}$`));
    const { headers, ...response } = await admin.request(`${issuer}${path}`);
    t.equal(response.status, 200);
    t.match(Object.fromEntries(headers), {
      'content-type': types[extension as keyof typeof types],
      'cache-control': 'public, max-age=31536000, immutable',
      'content-security-policy': "sandbox; default-src 'none'; style-src 'unsafe-inline'",
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
    });
    const served = await fetch(`${issuer}${path}`);
    t.same(Buffer.from(await served.arrayBuffer()), file);
    const again = await fetch(`${issuer}${path}`, {
      headers: { 'if-none-match': served.headers.get('etag') ?? '' },
    });
    t.equal(again.status, 304);
    paths.push(path);
  }
  const list = await admin.request(`${issuer}/admin/branding?done=uploaded`);
  t.match(list.body, 'The image was uploaded.');
  t.match(list.body, `<img src="${paths[2]}" alt="">`);
  t.match(
    server.events.findLast(({ type }) => type === 'admin.branding.update'),
    {
      details: {
        image: 'logo',
        'hash.before': paths[1]?.split('.')[1],
        'hash.after': paths[2]?.split('.')[1],
        'type.after': 'svg',
      },
    },
  );
  t.notMatch(JSON.stringify(server.events), 'alert(1)', 'no event has the content');

  t.equal((await fetch(`${issuer}/theme/logo`)).status, 404, 'mail readers show no SVG');
  t.equal((await upload(logo, png)).status, 303);
  const ofMessages = await fetch(`${issuer}/theme/logo`);
  t.same(Buffer.from(await ofMessages.arrayBuffer()), png);
  t.equal(ofMessages.headers.get('cross-origin-resource-policy'), 'cross-origin');
  t.equal(ofMessages.headers.get('cache-control'), 'public, max-age=3600');

  t.equal((await upload(`${issuer}/admin/branding/logo-dark`, svg(3, 3))).status, 303);
  const { body } = await new Browser().open(`${issuer}/errors/not_found`);
  t.match(
    body,
    /<source srcset="\/images\/logo-dark\.[\w-]{22}\.svg" media="\(prefers-color-scheme: dark\)">/,
  );
  t.match(body, /<link rel="icon" type="image\/svg\+xml" href="\/theme\/favicon/);

  t.equal((await upload(logo, undefined, { action: 'remove' })).status, 303);
  t.equal(await logoOf(), undefined);
});

t.test('no other path has an image', async (t) => {
  t.equal((await upload(logo, svg(20, 20))).status, 303);
  const path = (await logoOf()) ?? '';
  t.equal((await fetch(`${issuer}${path}`)).status, 200);
  for (const wrong of [
    path.replace('.svg', '.png'),
    path.replace('logo.', 'favicon.'),
    path.replace(/\.[\w-]{22}\./, `.${'0'.repeat(22)}.`),
    '/images/logo.svg',
    '/images/',
    `/images/${'x'.repeat(27)}.${'0'.repeat(22)}.png`,
    `/images/__proto__.${'0'.repeat(22)}.png`,
  ])
    t.equal((await fetch(`${issuer}${wrong}`)).status, 404, wrong);
});

t.test('the logo of a client is uploaded, shown to people, and removed with the client', async (t) => {
  const { client } = await clients.add({
    type: 'web',
    metadata: {
      client_name: 'Harbour Notes',
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: 'none',
    },
  });
  const page = `${issuer}/admin/clients/${client.id}/logo`;
  t.equal((await (await browserOf('support')).request(page)).status, 403);
  t.equal((await upload(page, 'no image')).status, 422);
  const { hidden } = formOf((await admin.request(page)).body);
  await clients.update(client.id, { client_name: 'Harbour' });
  const late = await post(page, formWith(hidden, png));
  t.equal(late.status, 412);
  t.equal((await clients.get(client.id))?.metadata['logo_uri'], undefined, 'nothing was saved');
  t.equal((await admin.request(`${issuer}/admin/clients/fixed/logo`)).status, 409);

  t.equal((await upload(page, png)).status, 303);
  const uri = String((await clients.get(client.id))?.metadata['logo_uri']);
  t.match(uri, new RegExp(`^${issuer}/images/[\\w-]{27}\\.[\\w-]{22}\\.png$`));
  t.equal((await fetch(uri)).headers.get('content-type'), 'image/png');
  const login = await new Browser().open(new RelyingParty(issuer, client.id).authorizationUrl(newVerifier()));
  t.match(login.body, `<img class="face-logo" src="${uri}"`);
  t.match((await admin.request(page)).body, `<img src="${new URL(uri).pathname}" alt="">`);
  t.match(
    server.events.findLast(({ type }) => type === 'admin.client.update'),
    { client: client.id, details: { 'metadata.logo_uri.before': '', 'metadata.logo_uri.after': uri } },
  );

  t.equal((await upload(page, webp)).status, 303);
  t.equal((await upload(page, undefined, { action: 'remove' })).status, 303);
  t.equal((await clients.get(client.id))?.metadata['logo_uri'], undefined);
  t.equal((await upload(page, svg(5, 5))).status, 303);
  const last = String((await clients.get(client.id))?.metadata['logo_uri']);
  await clients.remove(client.id);
  t.equal((await fetch(last)).status, 404);
  const kinds = (await server.store.dump()).entries.filter(({ key }) => key.kind === 'image');
  t.same(
    kinds.map(({ key }) => key.id).filter((id) => id !== 'logo-dark'),
    ['logo'],
    'only those of the site are left',
  );
});

t.test('another process shows a new logo, and serves it', { timeout: 60_000 }, async (t) => {
  const redis = await ensureRedis();
  t.teardown(redis.close);
  const settings = { admin: { enabled: true }, store: { url: redis.url, prefix: freshPrefix() } };
  const first = await startInProcess(t, settings);
  const { accounts, groups } = first.app.services;
  await groups.add({ name: groupOf.admin });
  const { id } = await first.addAccount({ username: 'root' });
  await accounts.changeGroups(id, { add: [groupOf.admin] }, { mayChangeRoles: true });
  const second = await startInProcess(t, settings);
  const browser = await signedInBrowser(first, 'root');
  t.equal((await upload(`${first.issuer}/admin/branding/logo`, png, { browser })).status, 303);
  let path: string | undefined;
  await waitFor('the logo on the other server', async () => {
    path = await logoOf(second.issuer);
    return path !== undefined;
  });
  const served = await fetch(`${second.issuer}${path}`);
  t.same(Buffer.from(await served.arrayBuffer()), png);
});
