import type { PasskeyMessages } from './messages.ts';

export const pl = {
  form: {
    canceled: 'Nie użyto klucza dostępu. Spróbuj ponownie albo wybierz inny sposób.',
    exists: 'Na tym urządzeniu jest już klucz dostępu do Twojego konta.',
    failed: 'Ta przeglądarka nie może tutaj użyć klucza dostępu.',
  },
  signIn: {
    refused: 'Ten klucz dostępu nie zadziałał. Zaloguj się w inny sposób.',
    otherAccount: 'Ten klucz dostępu należy do innego konta. Wybierz klucz tego konta.',
  },
  offer: {
    title: 'Następnym razem zaloguj się szybciej',
    why: 'Z kluczem dostępu logujesz się odciskiem palca, twarzą lub blokadą ekranu zamiast hasłem.',
    how: 'Utwórz go tylko na własnym urządzeniu. Pozostanie w Twoim menedżerze haseł lub na tym urządzeniu.',
    create: 'Utwórz klucz dostępu',
    later: 'Nie teraz',
    refused: 'Nie udało się utworzyć klucza dostępu. Spróbuj ponownie albo kontynuuj bez niego.',
    as: (account) => ['Zalogowano jako ', account, '.'],
  },
  names: { securityKey: 'Klucz bezpieczeństwa', passkey: 'Klucz dostępu' },
} satisfies PasskeyMessages;
