"""An application with one public page and one page for people who have signed in."""

import os
import secrets
from functools import wraps
from urllib.parse import urlencode

from authlib.integrations.flask_client import OAuth, OAuthError
from flask import Flask, redirect, request, session, url_for
from markupsafe import escape

port = int(os.environ.get("PORT", "3001"))
issuer = os.environ.get("ISSUER", "http://localhost:3000")

app = Flask(__name__)
# Sessions end when this program ends. Use a fixed secret when that is too soon.
app.secret_key = secrets.token_hex(32)
app.config.update(SESSION_COOKIE_SAMESITE="Lax", SESSION_COOKIE_HTTPONLY=True)

oauth = OAuth(app)
oauth.register(
    name="postern",
    client_id=os.environ["CLIENT_ID"],
    client_secret=os.environ["CLIENT_SECRET"],
    server_metadata_url=f"{issuer}/.well-known/openid-configuration",
    client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256"},
)


def sign_in_required(view):
    """Sends people who have not signed in to the sign-in, and remembers where they wanted to go."""

    @wraps(view)
    def wrapper():
        if "person" in session:
            return view()
        session["return_to"] = request.full_path
        return oauth.postern.authorize_redirect(url_for("callback", _external=True))

    return wrapper


@app.route("/")
def home():
    if "person" not in session:
        return '<p>Welcome. <a href="/notes">Your notes</a> are for people who have signed in.</p>'
    name = escape(session["person"]["name"])
    return f'<p>Hello {name}. <a href="/notes">Your notes</a> <a href="/logout">Sign out</a></p>'


@app.route("/notes")
@sign_in_required
def notes():
    return f"<h1>Notes of {escape(session['person']['name'])}</h1><p>Water the plants.</p>"


@app.route("/callback")
def callback():
    try:
        token = oauth.postern.authorize_access_token()
    except OAuthError as error:
        return f"<p>The sign-in failed: {escape(error.description or error.error)}</p>", 400
    # Postern gives personal claims at /userinfo, and not in the ID token.
    person = oauth.postern.userinfo(token=token)
    return_to = session.pop("return_to", "/")
    session.clear()
    session["person"] = {"sub": person["sub"], "name": person.get("name", person["sub"])}
    session["id_token"] = token["id_token"]
    return redirect(return_to)


@app.route("/logout")
def logout():
    id_token = session.pop("id_token", None)
    session.clear()
    if id_token is None:
        return redirect("/")
    end_session = oauth.postern.load_server_metadata()["end_session_endpoint"]
    parameters = {"id_token_hint": id_token, "post_logout_redirect_uri": url_for("home", _external=True)}
    return redirect(f"{end_session}?{urlencode(parameters)}")


if __name__ == "__main__":
    app.run(host="localhost", port=port)
