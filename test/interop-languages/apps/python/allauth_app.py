"""Django with allauth and its OpenID Connect provider."""

import os

from django_site import recipe, serve

own = {
    "SOCIALACCOUNT_PROVIDERS": {
        "openid_connect": {
            "APPS": [
                {
                    "provider_id": "postern",
                    "name": "Postern",
                    "client_id": os.environ["CLIENT_ID"],
                    "secret": os.environ["CLIENT_SECRET"],
                    "settings": {"server_url": os.environ["ISSUER"]},
                }
            ]
        }
    }
}


def routes():
    from django.urls import include, path

    return [path("accounts/", include("allauth.urls"))]


serve(
    ["allauth", "allauth.account", "allauth.socialaccount", "allauth.socialaccount.providers.openid_connect"],
    ["django.contrib.auth.backends.ModelBackend", "allauth.account.auth_backends.AuthenticationBackend"],
    routes,
    {
        **(recipe() or own),
        "MORE_MIDDLEWARE": ["allauth.account.middleware.AccountMiddleware"],
        "ACCOUNT_EMAIL_VERIFICATION": "none",
        "SOCIALACCOUNT_LOGIN_ON_GET": True,
    },
)
