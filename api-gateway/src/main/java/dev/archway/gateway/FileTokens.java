package dev.archway.gateway;

import dev.archway.gateway.access.Authentication;
import dev.archway.gateway.access.Authenticator;
import dev.archway.gateway.access.Caller;
import dev.archway.gateway.access.Credential;
import dev.archway.gateway.access.Role;
import dev.archway.gateway.access.Scope;
import dev.archway.web.BearerToken;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Optional;

/** Knows the tokens of the server's own file; each is an admin of the account. */
final class FileTokens implements Authenticator {
  private static final Authentication ADMIN =
      new Authentication.Known(
          new Caller("token:server", List.of(new Caller.Grant(Role.ADMIN, Scope.ACCOUNT))));

  private final AccessTokens tokens;

  FileTokens(AccessTokens tokens) {
    this.tokens = tokens;
  }

  @Override
  public Authentication authenticate(HttpServletRequest request) {
    Optional<BearerToken> shown = Credential.of(request).map(BearerToken::of);
    return shown.isPresent() && tokens.allow(shown.get()) ? ADMIN : new Authentication.Absent();
  }
}
