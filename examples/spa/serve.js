// Serves the files of the single-page application and its settings. It takes no part in the sign-in.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const { ISSUER = 'http://localhost:3000', CLIENT_ID = 'demo-spa', PORT = '5173' } = process.env;
const home = `http://localhost:${PORT}/`;

const library = new URL('../browser/oidc-client-ts.min.js', import.meta.resolve('oidc-client-ts'));
const file = (name) => readFileSync(new URL(name, import.meta.url));
const page = { type: 'text/html; charset=utf-8', content: file('index.html') };
const files = {
  '/': page,
  '/callback': page,
  '/app.js': { type: 'text/javascript', content: file('app.js') },
  '/oidc-client-ts.js': { type: 'text/javascript', content: readFileSync(library) },
  '/settings.json': {
    type: 'application/json',
    content: JSON.stringify({ authority: ISSUER, client_id: CLIENT_ID }),
  },
};

createServer((request, response) => {
  const found = files[new URL(request.url, home).pathname];
  if (!found) return response.writeHead(404).end();
  response.setHeader('content-type', found.type);
  // Only own scripts run, and they reach no server but the issuer: injected script can't send tokens elsewhere.
  response.setHeader(
    'content-security-policy',
    `default-src 'none'; script-src 'self'; connect-src 'self' ${ISSUER}; base-uri 'none'`,
  );
  response.setHeader('cache-control', 'no-store');
  return response.end(found.content);
}).listen(Number(PORT), '127.0.0.1', () => console.log(`listening on ${home}`));
