import type { BrandingMessages } from './messages.ts';

export const pl = {
  menu: 'Wygląd',
  title: 'Wygląd',
  lead: 'Obrazy na wszystkich stronach tego serwera. Obraz z pliku konfiguracji ma pierwszeństwo przed przesłanym.',
  image: 'Obraz',
  images: {
    logo: {
      title: 'Logo',
      hint: 'Widać je u góry każdej strony. Ma 32 piksele wysokości i do 192 pikseli szerokości.',
    },
    'logo-dark': {
      title: 'Logo w trybie ciemnym',
      hint: 'Zastępuje logo u osób, które wolą ciemne strony.',
    },
    favicon: { title: 'Ikona', hint: 'Widać ją na karcie przeglądarki. Najlepiej pasuje obraz kwadratowy.' },
  },
  source: 'Pochodzenie',
  configured: 'Konfiguracja:',
  uploaded: 'Przesłano',
  byDefault: 'Wbudowany',
  change: 'Zmień',
  form: {
    file: 'Plik',
    fileHint: 'PNG, WebP lub SVG, najwyżej 256 KiB.',
    missing: 'Wybierz plik.',
    upload: 'Prześlij',
    remove: 'Usuń obraz',
  },
  done: { uploaded: 'Obraz został przesłany.', removed: 'Obraz został usunięty.' },
} satisfies BrandingMessages;
