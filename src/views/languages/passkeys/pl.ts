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
    needed: 'Jeszcze jeden krok: potwierdź swoją tożsamość kluczem dostępu.',
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
  list: {
    title: 'Klucze dostępu',
    hint: 'Z kluczem dostępu logujesz się odciskiem palca, twarzą lub blokadą ekranu zamiast hasłem.',
    none: 'Nie masz jeszcze klucza dostępu.',
    addSecond: 'Dodaj drugi klucz dostępu na innym urządzeniu, aby móc się zalogować także po utracie tego.',
    add: 'Dodaj klucz dostępu',
    rename: 'Zmień nazwę',
    remove: 'Usuń',
    created: 'Utworzono',
    lastUsed: 'Ostatnie użycie',
    never: 'Nigdy',
    keptBy: 'Przechowywany w',
    copies: 'Gdzie działa',
    synced: 'Na wszystkich urządzeniach Twojego menedżera haseł',
    notSynced: 'Na razie na jednym urządzeniu',
    deviceBound: 'Tylko na tym jednym urządzeniu',
    done: {
      added: 'Dodano klucz dostępu.',
      renamed: 'Zmieniono nazwę.',
      removed: 'Usunięto klucz dostępu.',
    },
  },
  add: {
    title: 'Dodaj klucz dostępu',
    hint: 'Przeglądarka zapyta, gdzie zapisać klucz: w menedżerze haseł, na tym urządzeniu czy na kluczu bezpieczeństwa.',
    needsBrowser:
      'Potrzebna jest przeglądarka, która obsługuje klucze dostępu, z włączoną obsługą JavaScript.',
    submit: 'Utwórz klucz dostępu',
    problems: {
      refused: 'Nie udało się dodać klucza dostępu. Spróbuj ponownie.',
      already_registered: 'Ten klucz dostępu został już dodany.',
      too_many_passkeys: 'Masz zbyt wiele kluczy dostępu. Usuń ten, którego już nie używasz.',
    },
  },
  rename: {
    title: 'Zmień nazwę klucza dostępu',
    name: 'Nazwa',
    nameHint: 'Na przykład miejsce, w którym go przechowujesz: „Laptop służbowy”.',
    nameInvalid: 'Podaj nazwę bez niewidocznych znaków',
    submit: 'Zapisz',
  },
  remove: {
    title: 'Usunąć ten klucz dostępu?',
    consequence:
      'Nie będzie można się nim zalogować. Usuń go także z menedżera haseł lub z klucza bezpieczeństwa.',
    submit: 'Usuń',
    lastTitle: 'Tego klucza dostępu nie można usunąć',
    last: 'To Twój jedyny sposób logowania. Najpierw dodaj inny klucz dostępu albo ustaw hasło.',
  },
  names: { securityKey: 'Klucz bezpieczeństwa', passkey: 'Klucz dostępu' },
} satisfies PasskeyMessages;
