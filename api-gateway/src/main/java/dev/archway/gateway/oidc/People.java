package dev.archway.gateway.oidc;

import dev.archway.gateway.access.Authentication;
import dev.archway.gateway.access.Authenticator;
import dev.archway.gateway.access.Caller;
import dev.archway.gateway.access.Credential;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.web.client.RestClientException;

/** Knows callers by the provider's access tokens (RFC 9068). Thread-safe. */
final class People implements Authenticator {
  private static final Logger log = LoggerFactory.getLogger(People.class);

  /** Three parts of base64url (RFC 7519). */
  private static final Pattern JWT =
      Pattern.compile("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+");

  private final Provider provider;
  private final OidcProperties properties;

  People(Provider provider, OidcProperties properties) {
    this.provider = provider;
    this.properties = properties;
  }

  @Override
  public Authentication authenticate(HttpServletRequest request) {
    return Credential.of(request)
        .filter(text -> JWT.matcher(text).matches())
        .map(this::judge)
        .orElseGet(Authentication.Absent::new);
  }

  private Authentication judge(String text) {
    try {
      return new Authentication.Known(caller(provider.access(text)));
    } catch (BadJwtException e) {
      log.debug("a JWT was refused: {}", e.toString());
      return new Authentication.Refused(
          "The access token is not good: %s.".formatted(e.getMessage()));
    } catch (JwtException | RestClientException e) {
      log.warn("cannot check a JWT: {}", e.toString());
      return new Authentication.Unavailable("The OpenID provider does not answer now.");
    }
  }

  /** The person of a token, with what the groups may do. */
  Caller caller(Jwt token) {
    String name = token.getClaimAsString(properties.nameClaim());
    List<String> groups = token.getClaimAsStringList(properties.groupsClaim());
    return new Caller(
        "user:" + (name == null ? token.getSubject() : name),
        properties.grantsOf(groups == null ? List.of() : groups));
  }
}
