// An application with one public page and one page for people who have signed in.
import { randomBytes } from 'node:crypto';
import express from 'express';
import session from 'express-session';
import { createSignIn } from './sign-in.js';

const { ISSUER = 'http://localhost:3000', CLIENT_ID, CLIENT_SECRET, PORT = '3001' } = process.env;
if (!CLIENT_ID || !CLIENT_SECRET)
  throw new Error('set CLIENT_ID and CLIENT_SECRET: postern client add prints them');

const home = `http://localhost:${PORT}/`;
const app = express();

app.use(
  session({
    // Sessions end when this program ends. Set a fixed secret, and a store of sessions, when that is too soon.
    secret: randomBytes(32).toString('hex'),
    resave: false,
    saveUninitialized: false,
    cookie: { sameSite: 'lax', httpOnly: true, secure: home.startsWith('https:') },
  }),
);

const signIn = await createSignIn({ issuer: ISSUER, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, home });
app.use(signIn.routes);

const escapeHtml = (text) => String(text).replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

app.get('/', (request, response) => {
  const { person } = request.session;
  response.send(
    person
      ? `<p>Hello ${escapeHtml(person.name ?? person.sub)}. <a href="/notes">Your notes</a> <a href="/logout">Sign out</a></p>`
      : '<p>Welcome. <a href="/notes">Your notes</a> are for people who have signed in.</p>',
  );
});

app.get('/notes', signIn.required, (request, response) => {
  const { person } = request.session;
  response.send(`<h1>Notes of ${escapeHtml(person.name ?? person.sub)}</h1><p>Water the plants.</p>`);
});

app.listen(Number(PORT), 'localhost', () => console.log(`listening on ${home}`));
