import type { Messages } from './messages.ts';

const rules = new Intl.PluralRules('pl');

/** 1 aplikacja, 2–4 aplikacje, 5 aplikacji, 22 aplikacje. */
const plural = (count: number, one: string, few: string, many: string): string => {
  const rule = rules.select(count);
  if (rule === 'one') return one;
  return rule === 'few' ? few : many;
};

export const pl = {
  tag: 'pl',
  name: 'Polski',
  dir: 'ltr',
  layout: {
    skip: 'Przejdź do treści',
    errorPrefix: 'Błąd:',
    language: 'Język',
    requestId: 'Żądanie',
  },
  fields: {
    show: 'Pokaż',
    hide: 'Ukryj',
    showPassword: 'Pokaż hasło',
    copy: 'Kopiuj',
    copied: 'Skopiowano',
    problems: (count) =>
      plural(count, 'Wystąpił problem', `Wystąpiły ${count} problemy`, `Wystąpiło ${count} problemów`),
  },
  login: {
    title: 'Zaloguj się',
    toContinue: (app) => ['aby przejść do: ', app],
    login: 'Nazwa użytkownika lub e-mail',
    password: 'Hasło',
    remember: 'Nie wylogowuj mnie',
    rememberHint: 'Tylko na własnym urządzeniu.',
    submit: 'Zaloguj się',
    wrong: 'Nazwa użytkownika lub hasło się nie zgadza. Sprawdź oba pola i spróbuj ponownie.',
    throttled: (when) => `Zbyt wiele prób. Spróbuj ponownie ${when}.`,
    missingLogin: 'Podaj nazwę użytkownika lub adres e-mail',
    missingPassword: 'Podaj hasło',
    or: 'lub',
    passkey: 'Zaloguj się kluczem dostępu',
    upstream: (provider) => `Kontynuuj przez ${provider}`,
    forgot: 'Nie pamiętasz hasła?',
    register: 'Utwórz konto',
    againTitle: 'Potwierdź, że to Ty',
    againHint: (app) => ['Aplikacja ', app, ' prosi o ponowne zalogowanie się, zanim przejdziesz dalej.'],
    notYou: 'To nie Ty?',
  },
  signedIn: {
    title: 'Logowanie już za Tobą',
    as: (account) => ['Korzystasz z konta ', account, '.'],
    go: (app) => ['Przejdź do: ', app],
    switch: 'Użyj innego konta',
  },
  expired: {
    title: 'To logowanie wygasło',
    why: 'Strona była otwarta zbyt długo albo logowanie zakończono w innej karcie. Nic nie przepadło: zacznij od nowa w aplikacji.',
    startAgain: (app) => ['Zacznij od nowa w: ', app],
    close: 'Wróć do aplikacji, z której przychodzisz, i zaloguj się tam. Tę stronę możesz zamknąć.',
  },
  selectAccount: {
    title: 'Wybierz konto',
    toContinue: (app) => ['aby przejść do: ', app],
    accounts: 'Konta',
    another: 'Użyj innego konta',
  },
  createAccount: {
    title: 'Utwórz konto',
    toContinue: (app) => ['aby przejść do: ', app],
    login: 'Nazwa użytkownika',
    name: 'Imię i nazwisko',
    email: 'E-mail',
    password: 'Hasło',
    passwordHint: (least) =>
      `Długość hasła: co najmniej ${least}. Kilka niezwiązanych ze sobą słów łatwo zapamiętać.`,
    submit: 'Utwórz konto',
    haveOne: 'Mam już konto',
    problems: {
      loginMissing: 'Podaj nazwę użytkownika',
      loginTaken: 'Ta nazwa użytkownika jest zajęta. Wybierz inną',
      loginInvalid: 'W nazwie użytkownika użyj liter, cyfr, kropek, myślników lub podkreśleń',
      emailMissing: 'Podaj adres e-mail',
      emailInvalid: 'Podaj adres e-mail w postaci nazwa@example.com',
      passwordMissing: 'Podaj hasło',
      passwordShort: (least) =>
        `Hasło musi mieć co najmniej ${least} ${plural(least, 'znak', 'znaki', 'znaków')}`,
      passwordBreached: 'To hasło pojawiło się w wyciekach danych. Wybierz inne',
    },
  },
  consent: {
    title: (app) => `Zezwolić aplikacji ${app}?`,
    signedInAs: (account) => ['Konto: ', account],
    switch: 'Zmień konto',
    unverified: 'Niezweryfikowana',
    unverifiedHint: 'Ta aplikacja zarejestrowała się sama. Nikt tutaj nie sprawdził jej nazwy ani logo.',
    firstSeen: (day) => `Po raz pierwszy tutaj: ${day}`,
    wants: (app) => ['Aplikacja ', app, ' chce:'],
    alsoWants: (app) => ['Aplikacja ', app, ' chce teraz również:'],
    isNew: 'Nowe',
    optional: 'Do wyboru',
    nothingMore: 'Aplikacja nie prosi o nic ponad to, na co już zezwolono.',
    scopes: {
      openid: 'Wiedzieć, kim jesteś',
      profile: 'Zobaczyć Twoje imię, nazwisko i profil',
      email: 'Zobaczyć Twój adres e-mail',
      phone: 'Zobaczyć Twój numer telefonu',
      address: 'Zobaczyć Twój adres pocztowy',
    },
    claimsTitle: 'Odczytać te dane o Tobie',
    claims: {
      name: 'Imię i nazwisko',
      given_name: 'Imię',
      family_name: 'Nazwisko',
      nickname: 'Pseudonim',
      preferred_username: 'Nazwa użytkownika',
      profile: 'Strona profilu',
      picture: 'Zdjęcie',
      website: 'Strona internetowa',
      email: 'Adres e-mail',
      email_verified: 'Czy adres e-mail jest potwierdzony',
      gender: 'Płeć',
      birthdate: 'Data urodzenia',
      zoneinfo: 'Strefa czasowa',
      locale: 'Język i region',
      phone_number: 'Numer telefonu',
      phone_number_verified: 'Czy numer telefonu jest potwierdzony',
      address: 'Adres pocztowy',
      updated_at: 'Data ostatniej zmiany profilu',
    },
    resource: (resource) => ['W usłudze ', resource],
    offline: 'Zachować ten dostęp także pod Twoją nieobecność, dopóki go nie cofniesz',
    redirect: (host) => ['Następnie przejdziesz do: ', host, '.'],
    redirectLocal: (host) => [
      'Następnie przejdziesz do: ',
      host,
      ', czyli do programu na tym urządzeniu. Zezwól tylko wtedy, gdy ten program uruchomiono z Twojej inicjatywy.',
    ],
    terms: 'Warunki korzystania',
    policy: 'Polityka prywatności',
    allow: 'Zezwól',
    deny: 'Anuluj',
  },
  device: {
    title: 'Połącz urządzenie',
    code: 'Kod',
    hint: 'Wpisz kod widoczny na urządzeniu. Wielkość liter i myślniki nie mają znaczenia.',
    submit: 'Dalej',
    problems: {
      missing: 'Wpisz kod widoczny na urządzeniu',
      wrong: 'Ten kod jest nieprawidłowy. Sprawdź go na urządzeniu',
      expired: 'Ten kod wygasł. Poproś urządzenie o nowy',
      used: 'Ten kod został już użyty. Poproś urządzenie o nowy',
      aborted: 'Logowanie zostało przerwane. Wpisz kod jeszcze raz',
      throttled: (when) => `Zbyt wiele prób. Spróbuj ponownie ${when}.`,
    },
    confirmTitle: 'Czy to Twoje urządzenie?',
    compare: 'Urządzenie musi pokazywać dokładnie ten kod:',
    app: 'Aplikacja',
    scopes: 'Chce',
    address: 'Adres',
    agent: 'Urządzenie',
    onlyIf:
      'Kontynuuj tylko wtedy, gdy łączysz to urządzenie z własnej inicjatywy. Nikt, kto Ci pomaga, nie poprosi o zatwierdzenie kodu.',
    approve: 'Zatwierdź',
    deny: 'Odrzuć',
    approvedTitle: 'Urządzenie połączone',
    approved: (app) => ['Aplikacja ', app, ' jest zalogowana na urządzeniu. Tę stronę możesz zamknąć.'],
    deniedTitle: 'Urządzenie odrzucone',
    denied: 'Urządzenie nie otrzymało dostępu. Tę stronę możesz zamknąć.',
    usedTitle: 'Ten kod został już użyty',
    used: 'Kod działa tylko raz. Jeśli urządzenie nadal czeka, poproś je o nowy kod.',
  },
  logout: {
    title: (issuer) => `Wylogować się z ${issuer}?`,
    account: (account) => ['Korzystasz z konta ', account, '.'],
    apps: (count) =>
      plural(
        count,
        'Ta aplikacja również straci dostęp:',
        `Te ${count} aplikacje również stracą dostęp:`,
        `Tych ${count} aplikacji również straci dostęp:`,
      ),
    submit: 'Wyloguj się',
    stay: 'Pozostań na koncie',
    doneTitle: 'Wylogowano',
    done: 'Twoja sesja tutaj została zakończona.',
    doneHint: 'Na wspólnym komputerze zamknij także przeglądarkę.',
  },
  back: (app) => ['Wróć do: ', app],
  confirm: { cancel: 'Anuluj' },
  formPost: {
    title: 'Chwileczkę',
    sending: (app) => ['Wracasz do: ', app, '.'],
    submit: 'Dalej',
  },
  error: {
    kinds: {
      badRequest: {
        title: 'Nie można obsłużyć tego żądania',
        sentence:
          'Aplikacja przesłała dane, które do siebie nie pasują. Może pomóc powrót do niej i ponowna próba.',
      },
      forbidden: {
        title: 'Brak uprawnień',
        sentence: 'Twoje konto nie ma dostępu do tego, o co poproszono.',
      },
      notFound: {
        title: 'Nie ma takiej strony',
        sentence: 'Adres może zawierać literówkę albo stronę przeniesiono.',
      },
      tooMany: {
        title: 'Zbyt wiele żądań',
        sentence: 'Przed następną próbą potrzebna jest przerwa.',
      },
      unavailable: {
        title: 'Chwilowa przerwa w działaniu',
        sentence:
          'Coś, od czego zależy logowanie, nie odpowiada. Zwykle wszystko wraca do normy w ciągu minuty.',
      },
      internal: {
        title: 'Coś poszło nie tak',
        sentence: 'Błąd leży po naszej stronie, nie po Twojej. Został zapisany.',
      },
      expired: {
        title: 'Ta strona wygasła',
        sentence:
          'Była otwarta zbyt długo albo logowanie zakończono w innej karcie. Zacznij od nowa w aplikacji.',
      },
      unknownClient: {
        title: 'Ta aplikacja nie jest tu znana',
        sentence:
          'Aplikacja, z której przychodzisz, nie jest zarejestrowana lub już nią nie jest. Może to naprawić jej twórca.',
      },
      badRedirect: {
        title: 'Droga powrotna się nie zgadza',
        sentence:
          'Aplikacja podała adres powrotny, który nie jest dla niej zarejestrowany. Dla bezpieczeństwa pozostajesz tutaj.',
      },
    },
    tryAgain: (when) => `Spróbuj ponownie ${when}.`,
    code: 'Błąd',
    requestId: 'Identyfikator żądania',
    time: 'Czas',
    details: 'Szczegóły dla programistów',
    explain: 'Co oznacza ten błąd i jak go naprawić',
  },
  errorCode: {
    title: 'Błąd:',
    meaning: 'Co oznacza',
    causes: 'Typowe przyczyny',
    fixes: 'Jak go naprawić',
    status: 'Status HTTP',
    specification: 'Specyfikacja',
    unknown: 'W tej usłudze nie ma błędu o takiej nazwie.',
    englishOnly: 'To objaśnienie jest dostępne tylko po angielsku.',
  },
  landing: {
    sentence: (issuer) => ['To jest usługa logowania pod adresem ', issuer, '.'],
    nothing: 'Aplikacje kierują tu podczas logowania. Na samej tej stronie nie ma nic do zrobienia.',
    developers: 'Dla programistów',
    metadata: 'Konfiguracja OpenID',
  },
} satisfies Messages;
