import type { ConsoleOverviewMessages } from './messages.ts';

export const pl: ConsoleOverviewMessages = {
  menu: 'Przegląd',
  title: 'Administracja',
  mayDo: {
    viewer: 'Możesz tu wszystko zobaczyć, ale niczego nie zmienisz.',
    support:
      'Możesz tu wszystko zobaczyć. Możesz wyłączać i włączać konta, kończyć sesje i wysyłać wiadomość do ustawienia nowego hasła.',
    admin: 'Możesz tu wszystko zobaczyć i zmienić.',
  },
  counts: { title: 'Co tu jest', accounts: 'Konta', groups: 'Grupy', clients: 'Klienci' },
  signIns: {
    title: 'Logowania',
    ok: 'Udane',
    failed: 'Nieudane',
    ranges: { '24h': '24 godziny', '7d': '7 dni', '30d': '30 dni' },
    period: 'Okres',
    time: 'Od',
    summary: (ok, failed) => `udane: ${ok}, nieudane: ${failed}`,
    table: 'Jako tabela',
  },
  firstSteps: {
    title: 'Pierwsze kroki',
    done: 'Gotowe',
    steps: {
      client: 'Zarejestruj pierwszą aplikację',
      person: 'Dodaj konto albo zaproś kogoś',
      factor: 'Zabezpiecz własne konto kluczem dostępu lub aplikacją uwierzytelniającą',
      mail: 'Skonfiguruj serwer poczty, aby można było ustawić nowe hasło',
    },
  },
  recent: 'Ostatnie zdarzenia',
  nothing: 'Nic nie zapisano.',
  all: 'Cały dziennik',
};
