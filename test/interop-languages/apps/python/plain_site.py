"""A site without a framework, for libraries that need none."""

import json
import os
from urllib.parse import parse_qsl
from wsgiref.simple_server import make_server


def serve(begin, finish):
    """`begin` returns the URL of a sign-in, and `finish` gets the parameters of the redirect URI and returns the claims."""

    def site(environ, start_response):
        path = environ["PATH_INFO"]
        if path == "/login":
            start_response("302 Found", [("Location", begin())])
            return [b""]
        if path == "/callback":
            person = finish(dict(parse_qsl(environ["QUERY_STRING"])))
            start_response("200 OK", [("Content-Type", "application/json")])
            return [json.dumps({"email": person.get("email"), "name": person.get("name")}).encode()]
        start_response("404 Not Found", [])
        return [b""]

    make_server("localhost", int(os.environ["PORT"]), site).serve_forever()
