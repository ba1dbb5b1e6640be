package main

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"sync"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

type settings struct{ issuer, clientID, clientSecret, home string }

type person struct {
	Subject string `json:"sub"`
	Name    string `json:"name"`
}

// What this application remembers of one browser: a sign-in that it began, or the person who came back from it.
type session struct {
	state, nonce, verifier, returnTo string
	person                           *person
	idToken                          string
}

// signIn signs people in by authorization code and PKCE, and out again. Sessions end when the program ends.
type signIn struct {
	settings
	config   oauth2.Config
	provider *oidc.Provider
	verifier *oidc.IDTokenVerifier
	mutex    sync.Mutex
	sessions map[string]*session
}

const cookieName = "session"

var (
	errNonce   = errors.New("the ID token is for another sign-in")
	errSubject = errors.New("/userinfo is about another person")
)

func newSignIn(ctx context.Context, s settings) (*signIn, error) {
	provider, err := oidc.NewProvider(ctx, s.issuer)
	if err != nil {
		return nil, err
	}
	return &signIn{
		settings: s,
		provider: provider,
		verifier: provider.Verifier(&oidc.Config{ClientID: s.clientID}),
		config: oauth2.Config{
			ClientID:     s.clientID,
			ClientSecret: s.clientSecret,
			Endpoint:     provider.Endpoint(),
			RedirectURL:  s.home + "/callback",
			Scopes:       []string{oidc.ScopeOpenID, "profile", "email"},
		},
		sessions: map[string]*session{},
	}, nil
}

func (s *signIn) find(r *http.Request) *session {
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		return nil
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.sessions[cookie.Value]
}

// start gives the browser a new session. A new id after the sign-in defeats session fixation.
func (s *signIn) start(w http.ResponseWriter, r *http.Request, data *session) {
	id := rand.Text()
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if cookie, err := r.Cookie(cookieName); err == nil {
		delete(s.sessions, cookie.Value)
	}
	s.sessions[id] = data
	http.SetCookie(w, &http.Cookie{
		Name: cookieName, Value: id, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// required sends people who have not signed in to the sign-in, and remembers where they wanted to go.
func (s *signIn) required(view func(http.ResponseWriter, *http.Request, person)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if known := s.find(r); known != nil && known.person != nil {
			view(w, r, *known.person)
			return
		}
		pending := &session{
			state: rand.Text(), nonce: rand.Text(), verifier: oauth2.GenerateVerifier(), returnTo: r.URL.Path,
		}
		s.start(w, r, pending)
		target := s.config.AuthCodeURL(
			pending.state, oidc.Nonce(pending.nonce), oauth2.S256ChallengeOption(pending.verifier),
		)
		http.Redirect(w, r, target, http.StatusSeeOther)
	}
}

func (s *signIn) callback(w http.ResponseWriter, r *http.Request) {
	pending := s.find(r)
	// This browser didn't begin the sign-in, or the person cancelled it.
	if pending == nil || pending.state == "" || r.FormValue("state") != pending.state || r.FormValue("error") != "" {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	known, idToken, err := s.redeem(r.Context(), r.FormValue("code"), pending)
	if err != nil {
		http.Error(w, "the sign-in failed: "+err.Error(), http.StatusBadRequest)
		return
	}
	s.start(w, r, &session{person: known, idToken: idToken})
	http.Redirect(w, r, pending.returnTo, http.StatusSeeOther)
}

func (s *signIn) redeem(ctx context.Context, code string, pending *session) (*person, string, error) {
	token, err := s.config.Exchange(ctx, code, oauth2.VerifierOption(pending.verifier))
	if err != nil {
		return nil, "", err
	}
	raw, _ := token.Extra("id_token").(string)
	idToken, err := s.verifier.Verify(ctx, raw)
	if err != nil {
		return nil, "", err
	}
	if idToken.Nonce != pending.nonce {
		return nil, "", errNonce
	}
	// Postern gives personal claims at /userinfo, and not in the ID token.
	info, err := s.provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return nil, "", err
	}
	if info.Subject != idToken.Subject {
		return nil, "", errSubject
	}
	known := &person{}
	return known, raw, info.Claims(known)
}

func (s *signIn) logout(w http.ResponseWriter, r *http.Request) {
	known := s.find(r)
	var metadata struct {
		EndSession string `json:"end_session_endpoint"`
	}
	if err := s.provider.Claims(&metadata); err != nil || known == nil || known.idToken == "" {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	s.start(w, r, &session{})
	parameters := url.Values{"id_token_hint": {known.idToken}, "post_logout_redirect_uri": {s.home + "/"}}
	http.Redirect(w, r, metadata.EndSession+"?"+parameters.Encode(), http.StatusSeeOther)
}
