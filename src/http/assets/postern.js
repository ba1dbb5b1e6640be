// Comfort only: every page is complete without this file.

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
  // A password manager is to find a password field when the form goes out.
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
      // No clipboard API outside a secure context: the selection serves the user's own copy command.
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

const free = (form) => {
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
    // Still here: it was stopped, or waits in vain. Another press is no slip of the hand.
    setTimeout(free, 5000, form);
  });
}

// The back button may bring the page back as it was left.
addEventListener('pageshow', () => {
  for (const form of document.forms) free(form);
});

// From the prototype: a field may be called `submit`.
const auto = document.querySelector('form[data-auto-submit]');
if (auto) HTMLFormElement.prototype.submit.call(auto);
