package app;

import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.util.HtmlUtils;

@RestController
public class Pages {
  @GetMapping(path = "/", produces = "text/html")
  String home() {
    return "<p>Welcome. <a href=\"/notes\">Your notes</a> are for people who have signed in.</p>";
  }

  @GetMapping(path = "/notes", produces = "text/html")
  String notes(@AuthenticationPrincipal OidcUser person, CsrfToken csrf) {
    return """
        <h1>Notes of %s</h1><p>Water the plants.</p>
        <form method="post" action="/logout">
          <input type="hidden" name="%s" value="%s"><button>Sign out</button>
        </form>
        """
        .formatted(
            HtmlUtils.htmlEscape(person.getFullName()), csrf.getParameterName(), csrf.getToken());
  }
}
