package dev.archway.gateway.token;

import dev.archway.contract.api.IssuedToken;
import dev.archway.contract.api.TokenRequest;
import dev.archway.contract.api.TokenView;
import dev.archway.gateway.access.Caller;
import dev.archway.gateway.access.Role;
import dev.archway.gateway.access.Scope;
import dev.archway.web.ProblemException;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Makes, lists and revokes API tokens. Admins see and give what lies in their own scopes. */
@RestController
@RequestMapping("/api/v1/tokens")
public final class TokenController {
  private static final Duration DEFAULT_LIFE = Duration.ofDays(90);
  private static final Duration LONGEST_LIFE = Duration.ofDays(366);
  private static final int LONGEST_NAME = 100;

  private final TokenStore store;
  private final ApiTokens tokens;
  private final Clock clock;

  /** Serves these tokens. */
  public TokenController(TokenStore store, ApiTokens tokens, Clock clock) {
    this.store = store;
    this.tokens = tokens;
    this.clock = clock;
  }

  @PostMapping
  @ResponseStatus(HttpStatus.CREATED)
  IssuedToken issue(@RequestBody TokenRequest wanted, HttpServletRequest request) {
    Caller caller = Caller.of(request);
    Instant now = clock.instant();
    Instant expiresAt = wanted.expiresAt() == null ? now.plus(DEFAULT_LIFE) : wanted.expiresAt();
    check(wanted.name(), expiresAt, now);
    Role role = known(wanted.role());
    Scope scope = known(wanted.org(), wanted.project());
    if (!caller.may(Role.ADMIN, scope)) {
      throw new ProblemException(
          403,
          "Forbidden",
          "%s is no admin of %s; nobody gives away what is not theirs."
              .formatted(caller.name(), scope));
    }
    TokenText text = TokenText.make();
    TokenView token =
        new TokenView(
            text.id(),
            wanted.name(),
            role.word(),
            scope.org(),
            scope.project(),
            caller.name(),
            now,
            expiresAt,
            null,
            null);
    store.add(token, text.hash());
    return new IssuedToken(text.text(), token);
  }

  @GetMapping
  List<TokenView> list(HttpServletRequest request) {
    Caller caller = Caller.of(request);
    return store.list().stream().filter(token -> mayManage(caller, token)).toList();
  }

  @DeleteMapping("/{id}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  void revoke(@PathVariable String id, HttpServletRequest request) {
    Caller caller = Caller.of(request);
    if (store.find(id).filter(kept -> mayManage(caller, kept.token())).isEmpty()) {
      throw new ProblemException(
          404, "Not Found", "there is no token %s of yours; GET /tokens lists them".formatted(id));
    }
    store.revoke(id, clock.instant());
    tokens.forget(id);
  }

  private static boolean mayManage(Caller caller, TokenView token) {
    return caller.may(Role.ADMIN, new Scope(token.org(), token.project()));
  }

  private static void check(@Nullable String name, Instant expiresAt, Instant now) {
    if (name == null || name.isBlank() || name.length() > LONGEST_NAME) {
      throw bad("name: \"%s\" (expected: 1 to %d characters)".formatted(name, LONGEST_NAME));
    }
    if (!expiresAt.isAfter(now) || expiresAt.isAfter(now.plus(LONGEST_LIFE))) {
      throw bad(
          "expiresAt: %s (expected: in the future, at most %d days away)"
              .formatted(expiresAt, LONGEST_LIFE.toDays()));
    }
  }

  private static Role known(@Nullable String role) {
    try {
      return Role.of(String.valueOf(role));
    } catch (IllegalArgumentException e) {
      throw bad(String.valueOf(e.getMessage()));
    }
  }

  private static Scope known(@Nullable String org, @Nullable String project) {
    try {
      return new Scope(org, project);
    } catch (IllegalArgumentException e) {
      throw bad(String.valueOf(e.getMessage()));
    }
  }

  private static ProblemException bad(String detail) {
    return new ProblemException(400, "Bad Request", detail);
  }
}
