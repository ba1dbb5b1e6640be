// An application with one public page and one page for people who have signed in.
package main

import (
	"context"
	"fmt"
	"html"
	"log"
	"net/http"
	"os"
)

func main() {
	port := valueOr("PORT", "3001")
	home := "http://localhost:" + port
	signIn, err := newSignIn(context.Background(), settings{
		issuer:       valueOr("ISSUER", "http://localhost:3000"),
		clientID:     os.Getenv("CLIENT_ID"),
		clientSecret: os.Getenv("CLIENT_SECRET"),
		home:         home,
	})
	if err != nil {
		log.Fatal(err)
	}

	http.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		page(w, `<p>Welcome. <a href="/notes">Your notes</a> are for people who have signed in.</p>`)
	})
	http.HandleFunc("GET /notes", signIn.required(func(w http.ResponseWriter, r *http.Request, p person) {
		page(w, fmt.Sprintf(
			`<h1>Notes of %s</h1><p>Water the plants. <a href="/logout">Sign out</a></p>`,
			html.EscapeString(p.Name),
		))
	}))
	http.HandleFunc("GET /callback", signIn.callback)
	http.HandleFunc("GET /logout", signIn.logout)

	log.Printf("listening on %s/", home)
	log.Fatal(http.ListenAndServe("localhost:"+port, nil))
}

func page(w http.ResponseWriter, body string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprint(w, body)
}

func valueOr(name, fallback string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return fallback
}
