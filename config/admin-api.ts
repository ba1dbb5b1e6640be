import type { Config, ResourceConfig } from './sections/index.ts';

/** What a token for the administration API may be for. */
export const adminScopes = [
  'admin:read',
  'admin:accounts',
  'admin:clients',
  'admin:sessions',
  'admin:keys',
  'admin:audit',
  'admin:roles',
] as const;

export type AdminScope = (typeof adminScopes)[number];

type Texts = Readonly<Record<string, string>>;

/** The texts of the consent page. */
export const adminScopeTexts: Readonly<Record<AdminScope, Texts>> = {
  'admin:read': {
    en: 'See the settings, accounts, clients and sessions of this server',
    de: 'Einstellungen, Konten, Clients und Sitzungen dieses Servers sehen',
    pl: 'Wyświetlać ustawienia, konta, klientów i sesje tego serwera',
  },
  'admin:accounts': {
    en: 'Add, change and remove accounts and groups',
    de: 'Konten und Gruppen anlegen, ändern und löschen',
    pl: 'Dodawać, zmieniać i usuwać konta i grupy',
  },
  'admin:clients': {
    en: 'Add, change and remove clients, and make secrets for them',
    de: 'Clients anlegen, ändern und löschen und Secrets für sie erzeugen',
    pl: 'Dodawać, zmieniać i usuwać klientów oraz tworzyć ich sekrety',
  },
  'admin:sessions': {
    en: 'End sessions, and revoke what apps hold for people',
    de: 'Sitzungen beenden und Zugriffe von Apps widerrufen',
    pl: 'Kończyć sesje i odwoływać dostęp aplikacji',
  },
  'admin:keys': {
    en: 'Rotate and remove signing keys',
    de: 'Signaturschlüssel wechseln und entfernen',
    pl: 'Wymieniać i usuwać klucze podpisujące',
  },
  'admin:audit': {
    en: 'Read the audit record',
    de: 'Das Audit-Protokoll lesen',
    pl: 'Czytać dziennik audytu',
  },
  'admin:roles': {
    en: 'Decide who administers this server',
    de: 'Bestimmen, wer diesen Server verwaltet',
    pl: 'Decydować, kto administruje tym serwerem',
  },
};

export const adminAudience = ({ issuer }: Pick<Config, 'issuer'>): string => `${issuer}/api/admin`;

/** A short life: what a person lost takes effect at once, but a token that was stolen works until it ends. */
const tokenLifetime = 300;

const adminResource = ({ issuer, keys }: Pick<Config, 'issuer' | 'keys'>): ResourceConfig => ({
  audience: adminAudience({ issuer }),
  scopes: adminScopes,
  access_token_ttl: tokenLifetime,
  access_token_format: 'jwt',
  signing_alg: keys.algorithms.includes('ES256') ? 'ES256' : (keys.algorithms[0] ?? 'ES256'),
  token_typ: 'at+jwt',
  userinfo: false,
  isRestricted: true,
});

/** Adds the administration API to the APIs that tokens are for. */
export const withAdminApi = (config: Config): Config =>
  config.admin.enabled
    ? {
        ...config,
        resources: [...config.resources, adminResource(config)],
      }
    : config;
