"""The handler of relying parties of idpyoidc, with its default services."""

import os

from idpyoidc.client.rp_handler import RPHandler
from plain_site import serve

issuer = os.environ["OIDC_ISSUER"]
redirect_uri = os.environ["OIDC_REDIRECT_URI"]
handler = RPHandler(
    base_url=redirect_uri.rsplit("/", 1)[0],
    client_configs={
        issuer: {
            "issuer": issuer,
            "client_type": "oidc",
            "client_id": os.environ["OIDC_CLIENT_ID"],
            "client_secret": os.environ["OIDC_CLIENT_SECRET"],
            "redirect_uris": [redirect_uri],
            "response_types_supported": ["code"],
            "scopes_supported": ["openid", "profile", "email"],
        }
    },
)


def begin():
    return handler.begin(issuer, req_args={"scope": ["openid", "profile", "email"]})


def finish(parameters):
    outcome = handler.finalize(issuer, parameters)
    if "error" in outcome:
        raise RuntimeError(outcome["error"])
    return outcome["userinfo"]


serve(begin, finish)
