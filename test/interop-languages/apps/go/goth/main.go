// The OpenID Connect provider of goth, as Gitea and Forgejo use it.
package main

import (
	"encoding/json"
	"log"
	"net/http"
	"os"

	"github.com/gorilla/sessions"
	"github.com/markbates/goth"
	"github.com/markbates/goth/gothic"
	"github.com/markbates/goth/providers/openidConnect"
)

func main() {
	url := "http://localhost:" + os.Getenv("PORT")
	store := sessions.NewCookieStore([]byte("a key for the cookie of this test"))
	store.Options.Path = "/"
	store.Options.Secure = false
	gothic.Store = store
	provider, err := openidConnect.New(
		os.Getenv("CLIENT_ID"),
		os.Getenv("CLIENT_SECRET"),
		url+"/user/oauth2/postern/callback",
		os.Getenv("ISSUER")+"/.well-known/openid-configuration",
		"profile", "email",
	)
	if err != nil {
		log.Fatal(err)
	}
	goth.UseProviders(provider)
	gothic.GetProviderName = func(*http.Request) (string, error) { return provider.Name(), nil }

	http.HandleFunc("/user/oauth2/postern", gothic.BeginAuthHandler)
	http.HandleFunc("/user/oauth2/postern/callback", func(w http.ResponseWriter, r *http.Request) {
		user, err := gothic.CompleteUserAuth(w, r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		json.NewEncoder(w).Encode(map[string]string{"email": user.Email, "name": user.Name, "user": user.NickName})
	})
	log.Fatal(http.ListenAndServe("localhost:"+os.Getenv("PORT"), nil))
}
