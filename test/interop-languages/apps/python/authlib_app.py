"""Flask with Authlib, as its documentation shows it."""

import os

from authlib.integrations.flask_client import OAuth
from flask import Flask, url_for

app = Flask(__name__)
app.secret_key = os.urandom(16)
oauth = OAuth(app)

if "RECIPE" in os.environ:
    exec(open(os.environ["RECIPE"]).read())
else:
    oauth.register(
        name="postern",
        client_id=os.environ["CLIENT_ID"],
        client_secret=os.environ["CLIENT_SECRET"],
        server_metadata_url=os.environ["ISSUER"] + "/.well-known/openid-configuration",
        client_kwargs={"scope": "openid profile email"},
    )


@app.route("/login")
def login():
    return oauth.postern.authorize_redirect(url_for("authorize", _external=True))


@app.route("/authorize")
def authorize():
    person = oauth.postern.authorize_access_token()["userinfo"]
    return {"email": person.get("email"), "name": person.get("name")}


app.run(host="localhost", port=int(os.environ["PORT"]))
