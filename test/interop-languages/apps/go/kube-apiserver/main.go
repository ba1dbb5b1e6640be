// The authenticator of kube-apiserver, and in front of it a sign-in with the requests of kubelogin: a public client with
// a challenge and a nonce.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
	"strings"

	"golang.org/x/oauth2"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apiserver/pkg/apis/apiserver"
	"k8s.io/apiserver/pkg/apis/apiserver/install"
	"k8s.io/apiserver/pkg/server/dynamiccertificates"
	"k8s.io/apiserver/plugin/pkg/authenticator/token/oidc"
)

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

// load reads a file of --authentication-config as kube-apiserver does.
func load(file string) *apiserver.AuthenticationConfiguration {
	scheme := runtime.NewScheme()
	install.Install(scheme)
	codecs := serializer.NewCodecFactory(scheme, serializer.EnableStrict)
	object := must(runtime.Decode(codecs.UniversalDecoder(), must(os.ReadFile(file))))
	return object.(*apiserver.AuthenticationConfiguration)
}

func main() {
	ctx := context.Background()
	certificate := must(os.ReadFile(os.Getenv("CERTIFICATE")))
	configuration := load(os.Getenv("CONFIGURATION"))
	issuer := configuration.JWT[0].Issuer.URL
	configuration.JWT[0].Issuer.CertificateAuthority = string(certificate)
	authenticator := must(oidc.New(ctx, oidc.Options{
		JWTAuthenticator:  configuration.JWT[0],
		CAContentProvider: must(dynamiccertificates.NewStaticCAContent("issuer", certificate)),
		APIServerID:       "interop",
	}))

	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(certificate)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
	config := oauth2.Config{
		ClientID:    os.Getenv("CLIENT_ID"),
		Endpoint:    oauth2.Endpoint{AuthURL: issuer + "/oauth/authorize", TokenURL: issuer + "/oauth/token"},
		RedirectURL: "http://localhost:" + os.Getenv("PORT"),
		Scopes:      strings.Fields(os.Getenv("SCOPES")),
	}
	verifier := oauth2.GenerateVerifier()
	state, nonce := oauth2.GenerateVerifier(), oauth2.GenerateVerifier()

	http.HandleFunc("/login", func(w http.ResponseWriter, r *http.Request) {
		url := config.AuthCodeURL(state, oauth2.S256ChallengeOption(verifier), oauth2.SetAuthURLParam("nonce", nonce))
		http.Redirect(w, r, url, http.StatusFound)
	})
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if err := authenticator.HealthCheck(); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		if r.URL.Query().Get("state") != state {
			http.Error(w, "the state differs: "+r.URL.RawQuery, http.StatusBadRequest)
			return
		}
		exchange := context.WithValue(r.Context(), oauth2.HTTPClient, client)
		token, err := config.Exchange(exchange, r.URL.Query().Get("code"), oauth2.VerifierOption(verifier))
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		idToken, _ := token.Extra("id_token").(string)
		response, ok, err := authenticator.AuthenticateToken(r.Context(), idToken)
		if err != nil || !ok {
			http.Error(w, fmt.Sprintf("kube-apiserver refuses the ID token: %v", err), http.StatusUnauthorized)
			return
		}
		json.NewEncoder(w).Encode(map[string]any{
			"user":   response.User.GetName(),
			"groups": response.User.GetGroups(),
		})
	})
	log.Fatal(http.ListenAndServe("localhost:"+os.Getenv("PORT"), nil))
}
