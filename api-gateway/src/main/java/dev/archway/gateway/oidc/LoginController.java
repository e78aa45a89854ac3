package dev.archway.gateway.oidc;

import dev.archway.gateway.access.Caller;
import dev.archway.gateway.access.Credential;
import dev.archway.gateway.session.SessionCookie;
import dev.archway.gateway.session.Sessions;
import dev.archway.web.ProblemException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClientException;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * Signs people in by their account at the OpenID provider: authorization code with PKCE (RFC 7636)
 * and nonce. What has to be remembered between the two requests is in a cookie of the browser that
 * began, so that any gateway may serve the second, and no other browser can.
 */
@RestController
public final class LoginController {
  private static final Logger log = LoggerFactory.getLogger(LoginController.class);
  private static final String COOKIE = "archway-login";
  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final int SECRET_BYTES = 32;

  private final SecureRandom random = new SecureRandom();
  private final @Nullable Provider provider;
  private final @Nullable People people;
  private final OidcProperties properties;
  private final Sessions sessions;

  LoginController(
      @Nullable Provider provider,
      @Nullable People people,
      OidcProperties properties,
      Sessions sessions) {
    this.provider = provider;
    this.people = people;
    this.properties = properties;
    this.sessions = sessions;
  }

  @GetMapping("/login")
  ResponseEntity<Void> begin(HttpServletRequest request, HttpServletResponse response) {
    Provider there = there(provider);
    String state = secret();
    String nonce = secret();
    String verifier = secret();
    String where;
    try {
      where =
          UriComponentsBuilder.fromUriString(there.authorizationEndpoint())
              .queryParam("response_type", "code")
              .queryParam("client_id", "{client}")
              .queryParam("redirect_uri", "{redirect}")
              .queryParam("scope", "{scope}")
              .queryParam("state", state)
              .queryParam("nonce", nonce)
              .queryParam("code_challenge", challenge(verifier))
              .queryParam("code_challenge_method", "S256")
              .encode()
              .buildAndExpand(
                  properties.clientId(), callback(request), String.join(" ", properties.scopes()))
              .toUriString();
    } catch (RestClientException e) {
      throw away(e);
    }
    response.addHeader(
        HttpHeaders.SET_COOKIE,
        SessionCookie.cookie(request, COOKIE, String.join(".", state, nonce, verifier))
            .mutate()
            .maxAge(PATIENCE)
            .build()
            .toString());
    return ResponseEntity.status(302).location(URI.create(where)).build();
  }

  @GetMapping("/login/callback")
  ResponseEntity<Void> end(
      @RequestParam(required = false) @Nullable String code,
      @RequestParam(required = false) @Nullable String state,
      @RequestParam(required = false) @Nullable String error,
      HttpServletRequest request,
      HttpServletResponse response) {
    Provider there = there(provider);
    List<String> begun = List.of(Credential.cookie(request, COOKIE).orElse("").split("\\.", -1));
    response.addHeader(
        HttpHeaders.SET_COOKIE,
        SessionCookie.cookie(request, COOKIE, "").mutate().maxAge(0).build().toString());
    if (error != null) {
      throw refused("the provider said \"%s\"".formatted(error));
    }
    if (code == null || state == null || begun.size() != 3 || !same(state, begun.get(0))) {
      throw refused("this browser has begun none, or more than ten minutes ago");
    }
    Caller caller = caller(there, code, begun.get(1), begun.get(2), request);
    if (caller.grants().isEmpty()) {
      throw new ProblemException(
          403,
          "Forbidden",
          "%s is in no group that has a role here; ask an admin.".formatted(caller.name()));
    }
    SessionCookie.set(request, response, sessions.begin(caller));
    return ResponseEntity.status(302).location(URI.create("/")).build();
  }

  private Caller caller(
      Provider there, String code, String nonce, String verifier, HttpServletRequest request) {
    try {
      Jwt token = there.identity(there.identityToken(code, callback(request), verifier));
      String told = token.getClaimAsString("nonce");
      if (told == null || !same(told, nonce)) {
        throw refused("the identity token is of another sign-in");
      }
      return there(people).caller(token);
    } catch (JwtException e) {
      log.warn("a sign-in failed: {}", e.toString());
      throw refused("the identity token is not good");
    } catch (RestClientException e) {
      throw away(e);
    }
  }

  /** The same in both requests, as the provider demands. */
  private String callback(HttpServletRequest request) {
    URI publicUrl = properties.publicUrl();
    StringBuffer url = request.getRequestURL();
    String root =
        publicUrl == null
            ? url.substring(0, url.length() - request.getRequestURI().length())
            : publicUrl.toString().replaceAll("/$", "");
    return root + "/login/callback";
  }

  private static <T> T there(@Nullable T part) {
    if (part == null) {
      throw new ProblemException(
          404,
          "Not Found",
          "This server has no OpenID provider (expected: the setting archway.gateway.oidc.issuer); sign in with a token.");
    }
    return part;
  }

  private static ProblemException refused(String why) {
    return new ProblemException(
        401, "Unauthorized", "The sign-in failed: %s; begin again at /login.".formatted(why));
  }

  private static ProblemException away(RestClientException e) {
    log.warn("the OpenID provider does not answer as it should: {}", e.toString());
    return new ProblemException(
        503, "Service Unavailable", "The OpenID provider does not answer now; try again.");
  }

  private String secret() {
    byte[] secret = new byte[SECRET_BYTES];
    random.nextBytes(secret);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
  }

  private static boolean same(String a, String b) {
    return MessageDigest.isEqual(
        a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
  }

  private static String challenge(String verifier) {
    try {
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(
              MessageDigest.getInstance("SHA-256")
                  .digest(verifier.getBytes(StandardCharsets.US_ASCII)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
