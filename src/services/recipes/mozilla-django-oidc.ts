import type { Recipe } from './recipe.ts';

export const mozillaDjangoOidc: Recipe = {
  name: 'mozilla-django-oidc',
  title: 'mozilla-django-oidc',
  type: 'web',
  exampleUrl: 'https://www.example.com',
  metadata: (url) => ({
    redirect_uris: [`${url}/oidc/callback/`],
    grant_types: ['authorization_code'],
    scope: 'openid profile email',
    pkce: 'auto',
  }),
  snippets: ({ endpoints, clientId, clientSecret }) => [
    {
      where: 'settings.py',
      format: 'python',
      lines: [
        `OIDC_RP_CLIENT_ID = "${clientId}"`,
        `OIDC_RP_CLIENT_SECRET = "${clientSecret}"`,
        'OIDC_RP_SCOPES = "openid profile email"',
        'OIDC_RP_SIGN_ALGO = "RS256"',
        'OIDC_TOKEN_USE_BASIC_AUTH = True',
        'OIDC_USE_PKCE = True',
        `OIDC_OP_AUTHORIZATION_ENDPOINT = "${endpoints.authorization}"`,
        `OIDC_OP_TOKEN_ENDPOINT = "${endpoints.token}"`,
        `OIDC_OP_USER_ENDPOINT = "${endpoints.userinfo}"`,
        `OIDC_OP_JWKS_ENDPOINT = "${endpoints.jwks}"`,
        'AUTHENTICATION_BACKENDS = [',
        '    "django.contrib.auth.backends.ModelBackend",',
        '    "postern_backend.PosternBackend",',
        ']',
      ],
    },
    {
      where: 'postern_backend.py, beside manage.py',
      format: 'python',
      lines: [
        'from mozilla_django_oidc.auth import OIDCAuthenticationBackend',
        '',
        '',
        'class PosternBackend(OIDCAuthenticationBackend):',
        '    """The user name is the sub, which stays the same. Only a verified address counts."""',
        '',
        '    def verify_claims(self, claims):',
        '        return claims.get("email_verified") is True and super().verify_claims(claims)',
        '',
        '    def filter_users_by_claims(self, claims):',
        '        return self.UserModel.objects.filter(username=claims["sub"])',
        '',
        '    def get_username(self, claims):',
        '        return claims["sub"]',
        '',
        '    def update_user(self, user, claims):',
        '        user.email = claims["email"]',
        '        user.save(update_fields=["email"])',
        '        return user',
      ],
    },
  ],
  notes: [
    'mozilla-django-oidc finds a user by the e-mail address and doesn’t ask whether it is verified. Without PosternBackend, a person who types the address of a user at the sign-up is signed in as that user.',
    'PosternBackend finds a user by the `sub`. To keep a user that Django has already, make the `sub` of the person (`postern account show NAME`) the user name in Django.',
    'The URLs of mozilla_django_oidc are expected at /oidc/. OIDC_USE_PKCE takes effect from version 4 on.',
  ],
  guide: {
    source: { kind: 'run', programs: [{ name: 'mozilla-django-oidc', version: '5.0.2' }] },
    groups:
      'Add `groups` to the scope of the client and to `OIDC_RP_SCOPES`. PosternBackend then finds the names in `claims["groups"]`, in `create_user` and `update_user`.',
    signOut: () =>
      '`OIDC_OP_LOGOUT_URL_METHOD` names a function of yours that returns the end session endpoint. Without it Django ends its own session only.',
    errors: [
      {
        message: 'Claims verification failed',
        cause: 'The e-mail address of the account is not verified.',
        remedy: 'Let the person verify it at `/account/email`, or set `email_verified` of the account.',
      },
      {
        message: 'OIDC callback state not found in session `oidc_states`!',
        cause:
          'The session cookie of Django is missing at the callback, or the Back button has led to a callback that was used.',
        remedy: 'Use one host name, and start the sign-in again.',
      },
    ],
  },
};
