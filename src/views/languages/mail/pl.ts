import type { MailMessages } from './messages.ts';

const minutesIn = (minutes: number): string => {
  const form = new Intl.PluralRules('pl').select(minutes);
  return `${minutes} ${form === 'one' ? 'minuty' : 'minut'}`;
};

export const pl = {
  hello: (account) => `Dzień dobry, ${account}!`,
  linkHint: 'Jeśli przycisk nie działa, skopiuj ten link do przeglądarki:',
  footer: (brand, host) =>
    `Tę wiadomość wysłał automatycznie serwis ${brand}. Jego strony są zawsze pod adresem ${host}. Nigdy nie pytamy o hasło ani o kod w e-mailu ani przez telefon.`,
  facts: {
    account: 'Konto',
    time: 'Czas',
    address: 'Adres IP',
    browser: 'Przeglądarka',
    unknownBrowser: 'Nieznana',
  },
  browser: (name, system) => `${name}, ${system}`,
  wasNotMe: {
    text: 'Jeśli to Ty, nie musisz nic robić. Jeśli nie, zakończ wszystkie sesje swojego konta, ustaw nowe hasło oraz sprawdź klucze dostępu, aplikacje uwierzytelniające, kody odzyskiwania, połączone konta i aplikacje z dostępem do konta:',
    button: 'To nie ja',
    withoutLink: 'Jeśli to nie Ty, skontaktuj się z osobami, które prowadzą tę usługę.',
  },
  reset: {
    subject: (brand) => `Ustaw nowe hasło w ${brand}`,
    text: 'Ktoś poprosił o nowe hasło do Twojego konta. Możesz je ustawić na tej stronie:',
    button: 'Ustaw nowe hasło',
    expires: (minutes) => `Link działa raz, w ciągu ${minutesIn(minutes)}.`,
    ignore: 'Jeśli to nie Ty, zignoruj tę wiadomość. Twoje hasło się nie zmieni.',
  },
  invitation: {
    subject: (brand) => `Zaproszenie do ${brand}`,
    text: (brand) => `Zapraszamy do utworzenia konta w ${brand}.`,
    button: 'Utwórz konto',
    expires: (until) => `Link działa raz, do ${until}.`,
    ignore: 'Jeśli nie chcesz konta, zignoruj tę wiadomość. Bez Ciebie nic nie powstanie.',
  },
  signUpCode: {
    subject: (code) => `${code} to Twój kod`,
    text: (brand) => `Wpisz ten kod na stronie, na której tworzysz konto w ${brand}:`,
    expires: (minutes) => `Kod działa przez ${minutesIn(minutes)}, w przeglądarce, w której zaczęto.`,
    ignore:
      'Jeśli nie tworzysz konta, zignoruj tę wiadomość i nikomu nie podawaj kodu. Bez niego konto nie powstanie.',
  },
  signInCode: {
    subject: (code) => `${code} to Twój kod`,
    text: (brand) => `Wpisz ten kod na stronie, na której logujesz się do ${brand}:`,
    expires: (minutes) => `Kod działa przez ${minutes} min, w przeglądarce, w której zaczęto logowanie.`,
    ignore:
      'Jeśli się nie logujesz, zignoruj tę wiadomość i nikomu nie podawaj kodu, ktokolwiek o niego prosi. Bez niego nikt się nie zaloguje.',
  },
  accountExists: {
    subject: (brand) => `Masz już konto w ${brand}`,
    text: (brand) =>
      `Ktoś próbował utworzyć konto w ${brand} z Twoim adresem e-mail, ale masz już konto. Jeśli to Ty, zaloguj się albo wybierz „Nie pamiętasz hasła?” na stronie logowania.`,
    ignore: 'Jeśli to nie Ty, zignoruj tę wiadomość. Nic się nie zmieniło.',
  },
  passwordChanged: {
    subject: (brand) => `Hasło do ${brand} zostało zmienione`,
    text: 'Hasło do Twojego konta zostało zmienione. Wszystko, co było zalogowane wcześniej, musi zalogować się ponownie.',
  },
  factorAdded: {
    subject: (brand) => `Dodano aplikację uwierzytelniającą w ${brand}`,
    text: 'Do Twojego konta dodano aplikację uwierzytelniającą. Od teraz podczas logowania pytamy o jej kody.',
  },
  factorRemoved: {
    subject: (brand) => `Usunięto aplikację uwierzytelniającą w ${brand}`,
    text: 'Z Twojego konta usunięto aplikację uwierzytelniającą lub kody odzyskiwania.',
  },
  recoveryCodeUsed: {
    subject: (brand) => `Użyto kodu odzyskiwania w ${brand}`,
    text: 'Ktoś zalogował się na Twoje konto jednym z Twoich kodów odzyskiwania. Jeśli kody się kończą, utwórz nowe na stronie swojego konta.',
  },
  recoveryCodesMade: {
    subject: (brand) => `Nowe kody odzyskiwania do Twojego konta w ${brand}`,
    text: 'Utworzono nowe kody odzyskiwania do Twojego konta. Poprzednie już nie działają.',
  },
  recoveryLink: {
    subject: (brand) => `Utworzono link odzyskiwania do konta w ${brand}`,
    text: 'Operator utworzył link, za pomocą którego można zmienić hasło lub aplikację uwierzytelniającą. Działa raz, przez godzinę. Jeśli to nie Ty o niego prosisz, skontaktuj się z osobami, które prowadzą tę usługę.',
  },
  accountDeleted: {
    subject: (brand) => `Twoje konto w ${brand} zostało usunięte`,
    text: 'Twoje konto zostało usunięte na jego własnej stronie. Wszystko, co było na nie zalogowane, zostało zakończone. To ostatnia wiadomość na jego temat.',
    byOperator:
      'Operator usunął Twoje konto. Wszystko, co było na nie zalogowane, zostało zakończone. To ostatnia wiadomość na jego temat.',
    wasNotMe:
      'Jeśli to nie Ty, skontaktuj się z osobami, które prowadzą tę usługę. Usuniętego konta nie można przywrócić.',
    questions: 'W razie pytań skontaktuj się z osobami, które prowadzą tę usługę.',
  },
  newDevice: {
    subject: (brand) => `Nowe logowanie do ${brand}`,
    text: 'Twoje konto zostało użyte w przeglądarce, w której wcześniej nie było używane.',
  },
  confirmAddress: {
    subject: (brand) => `Potwierdź adres e-mail w ${brand}`,
    text: (brand) => `Ten adres ma być użyty dla konta w ${brand}. Możesz go potwierdzić na tej stronie:`,
    button: 'Potwierdź adres',
    expires: (hours) => `Link działa raz, w ciągu ${hours} godzin.`,
    ignore: 'Jeśli to nie Ty, zignoruj tę wiadomość. Bez potwierdzenia adres nie zostanie użyty.',
  },
  addressChanged: {
    subject: (brand) => `Adres e-mail w ${brand} został zmieniony`,
    text: 'Adres e-mail Twojego konta został zmieniony. Wiadomości o koncie będą odtąd przychodzić na nowy adres.',
    byOperator:
      'Operator zmienił lub usunął adres e-mail Twojego konta. Wiadomości o koncie nie będą już przychodzić na ten adres. Jeśli to nie Ty o to prosisz, skontaktuj się z osobami, które prowadzą tę usługę.',
  },
  upstreamLinked: {
    subject: (brand) => `Nowy sposób logowania do ${brand}`,
    text: 'Z Twoim kontem połączono tożsamość u innego dostawcy. Kto ją ma, może się nią zalogować.',
  },
  upstreamUnlinked: {
    subject: (brand) => `Usunięto sposób logowania do ${brand}`,
    text: 'Od Twojego konta odłączono tożsamość u innego dostawcy. Nie można się nią już zalogować.',
  },
  passkeyAdded: {
    subject: (brand) => `Nowy klucz dostępu do ${brand}`,
    text: 'Do Twojego konta dodano klucz dostępu. Kto go ma, może się nim zalogować.',
  },
  passkeyRemoved: {
    subject: (brand) => `Usunięto klucz dostępu do ${brand}`,
    text: 'Usunięto klucz dostępu Twojego konta. Nie można się nim już zalogować.',
  },
} satisfies MailMessages;
