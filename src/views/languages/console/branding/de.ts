import type { BrandingMessages } from './messages.ts';

export const de = {
  menu: 'Erscheinungsbild',
  title: 'Erscheinungsbild',
  lead: 'Die Bilder auf allen Seiten dieses Servers. Ein Bild aus der Konfigurationsdatei hat Vorrang vor einem hochgeladenen.',
  image: 'Bild',
  images: {
    logo: {
      title: 'Logo',
      hint: 'Es steht oben auf jeder Seite, 32 Pixel hoch und bis zu 192 Pixel breit.',
    },
    'logo-dark': {
      title: 'Logo im dunklen Modus',
      hint: 'Es ersetzt das Logo, wenn jemand dunkle Seiten bevorzugt.',
    },
    favicon: {
      title: 'Symbol',
      hint: 'Es steht im Tab des Browsers. Am besten passt ein quadratisches Bild.',
    },
  },
  source: 'Herkunft',
  configured: 'Konfiguration:',
  uploaded: 'Hochgeladen',
  byDefault: 'Standard',
  change: 'Ändern',
  form: {
    file: 'Datei',
    fileHint: 'PNG, WebP oder SVG, höchstens 256 KiB.',
    missing: 'Wählen Sie eine Datei aus.',
    upload: 'Hochladen',
    remove: 'Bild entfernen',
  },
  done: { uploaded: 'Das Bild wurde hochgeladen.', removed: 'Das Bild wurde entfernt.' },
} satisfies BrandingMessages;
