"""Django with mozilla-django-oidc, set up as its guide says for a provider that signs with RS256."""

import os

from django_site import recipe, serve

issuer = os.environ["ISSUER"]
own = recipe() or {
    "OIDC_RP_CLIENT_ID": os.environ["CLIENT_ID"],
    "OIDC_RP_CLIENT_SECRET": os.environ["CLIENT_SECRET"],
    "OIDC_RP_SIGN_ALGO": "RS256",
    "OIDC_OP_AUTHORIZATION_ENDPOINT": issuer + "/oauth/authorize",
    "OIDC_OP_TOKEN_ENDPOINT": issuer + "/oauth/token",
    "OIDC_OP_USER_ENDPOINT": issuer + "/userinfo",
    "OIDC_OP_JWKS_ENDPOINT": issuer + "/oauth/jwks",
}


def routes():
    from django.urls import include, path

    return [path("oidc/", include("mozilla_django_oidc.urls"))]


serve(
    ["mozilla_django_oidc"],
    own.pop("AUTHENTICATION_BACKENDS", ["mozilla_django_oidc.auth.OIDCAuthenticationBackend"]),
    routes,
    own,
)
