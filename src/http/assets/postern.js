// Conveniences only: every page works without this file.

const announce = (message) => {
  const status = document.querySelector('[data-status]');
  if (status) status.textContent = message;
};

for (const button of document.querySelectorAll('[data-reveal]')) {
  const field = document.getElementById(button.dataset.reveal);
  const show = button.textContent;
  button.hidden = false;
  button.addEventListener('click', () => {
    const reveal = field.type === 'password';
    field.type = reveal ? 'text' : 'password';
    button.textContent = reveal ? button.dataset.hide : show;
    button.setAttribute('aria-pressed', String(reveal));
  });
  // Password managers look for a password field when the form is submitted.
  field.form?.addEventListener('submit', () => {
    field.type = 'password';
  });
}

for (const button of document.querySelectorAll('[data-copy]')) {
  const field = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.addEventListener('click', async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      // Without a secure context there is no clipboard API. The selection still serves the copy command.
      if (!document.execCommand('copy')) return;
    }
    announce(button.dataset.copied);
    const before = button.textContent;
    button.textContent = button.dataset.copied;
    setTimeout(() => {
      button.textContent = before;
    }, 2000);
  });
}

const enable = (form) => {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll('[aria-busy]')) button.removeAttribute('aria-busy');
};

for (const form of document.forms) {
  form.addEventListener('submit', (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = 'yes';
    event.submitter?.setAttribute('aria-busy', 'true');
    // After this time the page hasn't changed, so another press is meant.
    setTimeout(enable, 5000, form);
  });
}

// The back button may restore the page in the state that it was left in.
addEventListener('pageshow', () => {
  for (const form of document.forms) enable(form);
});

// A field named `submit` would hide the form's own method.
const auto = document.querySelector('form[data-auto-submit]');
if (auto) HTMLFormElement.prototype.submit.call(auto);
