package interop;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.AuthenticationResponseParser;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponse;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponseParser;
import com.nimbusds.openid.connect.sdk.UserInfoRequest;
import com.nimbusds.openid.connect.sdk.UserInfoResponse;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import com.nimbusds.openid.connect.sdk.validators.IDTokenValidator;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** The authorization code flow with a nonce, as the guides of the Nimbus SDK have it. */
public class Application {
  private static void answer(HttpExchange exchange, int status, String text) throws java.io.IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  public static void main(String[] args) throws Exception {
    Issuer issuer = new Issuer(System.getenv("OIDC_ISSUER"));
    OIDCProviderMetadata provider = OIDCProviderMetadata.resolve(issuer);
    ClientID id = new ClientID(System.getenv("OIDC_CLIENT_ID"));
    Secret secret = new Secret(System.getenv("OIDC_CLIENT_SECRET"));
    int port = Integer.parseInt(System.getenv("PORT"));
    URI callback = URI.create(System.getenv("OIDC_REDIRECT_URI"));
    State state = new State();
    Nonce nonce = new Nonce();

    HttpServer server = HttpServer.create(new InetSocketAddress("localhost", port), 0);
    server.createContext("/login", exchange -> {
      AuthenticationRequest request =
          new AuthenticationRequest.Builder(
                  ResponseType.CODE, new Scope("openid", "profile", "email"), id, callback)
              .endpointURI(provider.getAuthorizationEndpointURI())
              .state(state)
              .nonce(nonce)
              .build();
      exchange.getResponseHeaders().add("Location", request.toURI().toString());
      answer(exchange, 302, "");
    });
    server.createContext("/callback", exchange -> {
      try {
        var response = AuthenticationResponseParser.parse(callback.resolve(exchange.getRequestURI()));
        if (!response.indicatesSuccess()) {
          answer(exchange, 500, response.toErrorResponse().getErrorObject().toString());
          return;
        }
        var success = response.toSuccessResponse();
        if (!state.equals(success.getState())) throw new IllegalStateException("the state differs");
        var grant = new AuthorizationCodeGrant(success.getAuthorizationCode(), callback);
        var request =
            new TokenRequest.Builder(
                    provider.getTokenEndpointURI(), new ClientSecretBasic(id, secret), grant)
                .build();
        var answered = OIDCTokenResponseParser.parse(request.toHTTPRequest().send());
        if (!answered.indicatesSuccess()) {
          answer(exchange, 500, answered.toErrorResponse().getErrorObject().toString());
          return;
        }
        var tokens = ((OIDCTokenResponse) answered.toSuccessResponse()).getOIDCTokens();
        new IDTokenValidator(issuer, id, JWSAlgorithm.RS256, provider.getJWKSetURI().toURL())
            .validate(tokens.getIDToken(), nonce);
        var info =
            UserInfoResponse.parse(
                new UserInfoRequest(provider.getUserInfoEndpointURI(), tokens.getBearerAccessToken())
                    .toHTTPRequest()
                    .send());
        answer(exchange, 200, info.toSuccessResponse().getUserInfo().toJSONObject().toJSONString());
      } catch (Exception error) {
        answer(exchange, 500, String.valueOf(error));
      }
    });
    server.start();
  }
}
