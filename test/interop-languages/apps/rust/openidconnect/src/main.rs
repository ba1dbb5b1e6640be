//! The authorization code flow with PKCE and a nonce, as the documentation of the crate shows it.

use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata, CoreUserInfoClaims};
use openidconnect::{
    reqwest, AuthorizationCode, ClientId, ClientSecret, CsrfToken, IssuerUrl, Nonce, OAuth2TokenResponse,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, TokenResponse,
};
use std::collections::HashMap;
use std::env::var;
use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};

type Fallible<T> = Result<T, Box<dyn Error>>;

/// What the callback needs of the request.
struct Begun {
    state: CsrfToken,
    nonce: Nonce,
    verifier: String,
}

fn respond(mut stream: TcpStream, status: &str, header: &str, body: &str) -> Fallible<()> {
    write!(
        stream,
        "HTTP/1.1 {status}\r\n{header}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )?;
    Ok(())
}

fn query_of(target: &str) -> HashMap<String, String> {
    let url = openidconnect::url::Url::parse(&format!("http://localhost{target}"));
    url.map(|url| url.query_pairs().into_owned().collect()).unwrap_or_default()
}

fn main() -> Fallible<()> {
    let port = var("PORT")?;
    let http = reqwest::blocking::ClientBuilder::new()
        .redirect(reqwest::redirect::Policy::none())
        .build()?;
    let metadata = CoreProviderMetadata::discover(&IssuerUrl::new(var("OIDC_ISSUER")?)?, &http)?;
    let client = CoreClient::from_provider_metadata(
        metadata,
        ClientId::new(var("OIDC_CLIENT_ID")?),
        Some(ClientSecret::new(var("OIDC_CLIENT_SECRET")?)),
    )
    .set_redirect_uri(RedirectUrl::new(var("OIDC_REDIRECT_URI")?)?);

    let mut begun: Option<Begun> = None;
    for stream in TcpListener::bind(format!("127.0.0.1:{port}"))?.incoming() {
        let stream = stream?;
        let mut lines = BufReader::new(stream.try_clone()?).lines();
        let first = lines.next().unwrap_or(Ok(String::new()))?;
        for line in lines {
            if line?.is_empty() {
                break;
            }
        }
        let target = first.split(' ').nth(1).unwrap_or("/").to_string();
        if target.starts_with("/login") {
            let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
            let (url, state, nonce) = client
                .authorize_url(
                    CoreAuthenticationFlow::AuthorizationCode,
                    CsrfToken::new_random,
                    Nonce::new_random,
                )
                .add_scope(Scope::new("profile".into()))
                .add_scope(Scope::new("email".into()))
                .set_pkce_challenge(challenge)
                .url();
            begun = Some(Begun { state, nonce, verifier: verifier.secret().clone() });
            respond(stream, "302 Found", &format!("Location: {url}\r\n"), "")?;
        } else if target.starts_with("/callback") {
            let query = query_of(&target);
            let finish = || -> Fallible<String> {
                let begun = begun.as_ref().ok_or("nothing was begun")?;
                if query.get("state") != Some(begun.state.secret()) {
                    return Err("the state differs".into());
                }
                let code = query.get("code").ok_or(format!("{query:?}"))?;
                let tokens = client
                    .exchange_code(AuthorizationCode::new(code.clone()))?
                    .set_pkce_verifier(PkceCodeVerifier::new(begun.verifier.clone()))
                    .request(&http)?;
                let id_token = tokens.id_token().ok_or("no ID token")?;
                let claims = id_token.claims(&client.id_token_verifier(), &begun.nonce)?;
                let info: CoreUserInfoClaims = client
                    .user_info(tokens.access_token().clone(), Some(claims.subject().clone()))?
                    .request(&http)?;
                let email = info.email().map(|email| email.as_str()).unwrap_or_default();
                let name = info.name().and_then(|name| name.get(None)).map(|name| name.as_str());
                Ok(format!("{{\"email\": {email:?}, \"name\": {:?}}}", name.unwrap_or_default()))
            };
            match finish() {
                Ok(text) => respond(stream, "200 OK", "", &text)?,
                Err(error) => respond(stream, "500 Internal Server Error", "", &error.to_string())?,
            }
        } else {
            respond(stream, "404 Not Found", "", "")?;
        }
    }
    Ok(())
}
