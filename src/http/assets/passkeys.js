// Passkeys, on the pages that have a form for them. Without this file those pages work by password.

const api = globalThis.PublicKeyCredential;
const isSupported =
  typeof api?.parseRequestOptionsFromJSON === 'function' &&
  typeof api?.parseCreationOptionsFromJSON === 'function';

const base64url = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

// Extensions of some password managers answer with an object whose toJSON() throws.
const toJson = (credential) => {
  try {
    return JSON.stringify(credential);
  } catch {
    const { response } = credential;
    const named = ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle'];
    const parts = named.filter((name) => response[name]).map((name) => [name, base64url(response[name])]);
    return JSON.stringify({
      id: credential.id,
      rawId: base64url(credential.rawId),
      type: credential.type,
      clientExtensionResults: {},
      response: { ...Object.fromEntries(parts), transports: response.getTransports?.() },
    });
  }
};

// A browser has one request for a passkey at a time: the button ends the one by autofill.
let waiting;

const request = (form, more = {}) => {
  const options = JSON.parse(form.dataset.options);
  waiting?.abort();
  waiting = new AbortController();
  const { signal } = waiting;
  return form.dataset.passkey === 'create'
    ? navigator.credentials.create({ publicKey: api.parseCreationOptionsFromJSON(options), signal, ...more })
    : navigator.credentials.get({ publicKey: api.parseRequestOptionsFromJSON(options), signal, ...more });
};

const send = (form, credential) => {
  if (!credential) return;
  const { copies } = form.dataset;
  const copied = copies && document.getElementById(copies);
  if (copied) form.elements.namedItem(copies).value = copied.checked ? copied.value : '';
  form.elements.namedItem('credential').value = toJson(credential);
  HTMLFormElement.prototype.submit.call(form);
};

const problemOf = ({ name }) =>
  name === 'NotAllowedError' ? 'canceled' : name === 'InvalidStateError' ? 'exists' : 'failed';

const prepare = (form) => {
  const button = form.querySelector('button');
  const problem = form.querySelector('.field-error');
  form.hidden = false;
  button.addEventListener('click', async () => {
    problem.hidden = true;
    button.setAttribute('aria-busy', 'true');
    try {
      send(form, await request(form));
    } catch (error) {
      if (error.name === 'AbortError') return;
      problem.setAttribute('role', 'alert');
      problem.textContent = form.dataset[problemOf(error)];
      problem.hidden = false;
      if (form.dataset.autofill) autofill(form);
    } finally {
      button.removeAttribute('aria-busy');
    }
  });
};

const autofill = async (form) => {
  if (!(await api.isConditionalMediationAvailable?.())) return;
  try {
    send(form, await request(form, { mediation: 'conditional' }));
  } catch {
    // The button was pressed, or the person did something else.
  }
};

const sendSignals = async () => {
  for (const { dataset } of document.querySelectorAll('[data-passkey-signal]')) {
    const { method, ...details } = JSON.parse(dataset.passkeySignal);
    try {
      await api[method]?.(details);
    } catch {
      // Providers may ignore signals.
    }
  }
};

// The server offers to create a passkey where the device can: this field says so.
const sayIfPossible = async () => {
  const field = document.querySelector('input[name=passkeys]');
  if (field && (await api.isUserVerifyingPlatformAuthenticatorAvailable())) field.value = 'yes';
};

if (isSupported) {
  for (const element of document.querySelectorAll('[data-needs-passkeys]')) element.hidden = false;
  for (const element of document.querySelectorAll('[data-lacks-passkeys]')) element.hidden = true;
  const forms = document.querySelectorAll('form[data-passkey]');
  for (const form of forms) prepare(form);
  sayIfPossible();
  sendSignals();
  for (const form of forms) if (form.dataset.autofill) autofill(form);
}
