"""Django with python-social-auth and its OpenID Connect backend."""

import os

from django_site import recipe, serve

own = {
    "SOCIAL_AUTH_OIDC_OIDC_ENDPOINT": os.environ["ISSUER"],
    "SOCIAL_AUTH_OIDC_KEY": os.environ["CLIENT_ID"],
    "SOCIAL_AUTH_OIDC_SECRET": os.environ["CLIENT_SECRET"],
}


def routes():
    from django.http import HttpResponse
    from django.middleware.csrf import get_token
    from django.urls import include, path

    def begin(request):
        return HttpResponse(
            '<form method="post" action="/oauth/login/oidc/">'
            '<input type="hidden" name="csrfmiddlewaretoken" value="' + get_token(request) + '">'
            '<button id="begin">Sign in</button></form>'
        )

    return [path("begin", begin), path("oauth/", include("social_django.urls", namespace="social"))]


serve(
    ["social_django"],
    ["social_core.backends.open_id_connect.OpenIdConnectAuth"],
    routes,
    recipe() or own,
)
