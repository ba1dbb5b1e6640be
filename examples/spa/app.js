// A public client in a browser. It uses code and PKCE, has no secret, and keeps tokens in session storage.
const { UserManager, WebStorageStateStore } = globalThis.oidc;

const settings = await (await fetch('/settings.json')).json();
const manager = new UserManager({
  ...settings,
  redirect_uri: `${location.origin}/callback`,
  post_logout_redirect_uri: `${location.origin}/`,
  scope: 'openid profile email',
  loadUserInfo: true,
  userStore: new WebStorageStateStore({ store: sessionStorage }),
});

const element = (id) => document.getElementById(id);

const show = (user) => {
  element('status').textContent = user
    ? `Hello ${user.profile.name ?? user.profile.sub}`
    : 'You are not signed in.';
  element('status').dataset.state = user ? 'in' : 'out';
  element('sign-in').hidden = Boolean(user);
  element('sign-out').hidden = !user;
  element('refresh').hidden = !user?.refresh_token;
};

const showError = (error) => {
  element('status').textContent = `That failed: ${error.message}`;
  element('status').dataset.state = 'failed';
};

element('sign-in').addEventListener('click', () => manager.signinRedirect().catch(showError));
element('sign-out').addEventListener('click', () => manager.signoutRedirect().catch(showError));
element('refresh').addEventListener('click', async () => {
  const user = await manager.signinSilent().catch(showError);
  if (!user) return;
  show(user);
  element('status').dataset.state = 'refreshed';
});

try {
  if (location.pathname === '/callback') {
    show(await manager.signinRedirectCallback());
    history.replaceState(null, '', '/');
  } else show(await manager.getUser());
} catch (error) {
  showError(error);
}
