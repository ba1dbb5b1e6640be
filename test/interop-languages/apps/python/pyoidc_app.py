"""The client of pyoidc, as its documentation uses it."""

import os

from oic import rndstr
from oic.oic import Client
from oic.oic.message import AuthorizationResponse, RegistrationResponse
from oic.utils.authn.client import CLIENT_AUTHN_METHOD
from plain_site import serve

client = Client(client_authn_method=CLIENT_AUTHN_METHOD)
client.provider_config(os.environ["OIDC_ISSUER"])
client.store_registration_info(
    RegistrationResponse(
        client_id=os.environ["OIDC_CLIENT_ID"], client_secret=os.environ["OIDC_CLIENT_SECRET"]
    )
)
redirect_uri = os.environ["OIDC_REDIRECT_URI"]


def begin():
    request = client.construct_AuthorizationRequest(
        request_args={
            "client_id": client.client_id,
            "response_type": "code",
            "scope": ["openid", "email", "profile"],
            "nonce": rndstr(),
            "redirect_uri": redirect_uri,
            "state": rndstr(),
        }
    )
    return request.request(client.authorization_endpoint)


def finish(parameters):
    answer = client.parse_response(AuthorizationResponse, info=parameters, sformat="dict")
    client.do_access_token_request(
        state=answer["state"],
        request_args={"code": answer["code"], "redirect_uri": redirect_uri},
        authn_method="client_secret_basic",
    )
    return client.do_user_info_request(state=answer["state"])


serve(begin, finish)
