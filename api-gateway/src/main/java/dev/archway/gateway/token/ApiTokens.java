package dev.archway.gateway.token;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.archway.contract.api.TokenView;
import dev.archway.gateway.access.Authentication;
import dev.archway.gateway.access.Authenticator;
import dev.archway.gateway.access.Caller;
import dev.archway.gateway.access.Credential;
import dev.archway.gateway.access.Role;
import dev.archway.gateway.access.Scope;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * Knows callers by their API tokens. What the database says of a token is believed for five
 * seconds, which is how long a token may outlive its revocation at another gateway, and for ten
 * minutes while the database is away: those who work go on working. Thread-safe.
 */
public final class ApiTokens implements Authenticator {
  private static final Logger log = LoggerFactory.getLogger(ApiTokens.class);
  private static final Duration FRESH = Duration.ofSeconds(5);
  private static final Duration USABLE = Duration.ofMinutes(10);
  private static final Duration USE_IS_NOTED = Duration.ofMinutes(1);
  private static final int REMEMBERED = 10_000;

  private final TokenStore store;
  private final Clock clock;
  private final Cache<String, Read> known = Caffeine.newBuilder().maximumSize(REMEMBERED).build();

  private record Read(Optional<TokenStore.Kept> token, Instant at) {}

  /** Asks this store. */
  public ApiTokens(TokenStore store, Clock clock) {
    this.store = store;
    this.clock = clock;
  }

  @Override
  public Authentication authenticate(HttpServletRequest request) {
    return Credential.of(request)
        .flatMap(TokenText::read)
        .map(this::judge)
        .orElseGet(Authentication.Absent::new);
  }

  /** What is remembered of it is read again. */
  void forget(String id) {
    known.invalidate(id);
  }

  private Authentication judge(TokenText shown) {
    Instant now = clock.instant();
    Read read = read(shown.id(), now);
    if (read == null) {
      return new Authentication.Unavailable("The gateway's database does not answer now.");
    }
    TokenStore.Kept kept = read.token().orElse(null);
    if (kept == null || !shown.hasHash(kept.hash())) {
      return new Authentication.Refused("The token is not known.");
    }
    TokenView token = kept.token();
    if (token.revokedAt() != null) {
      return new Authentication.Refused(
          "The token was revoked at %s.".formatted(token.revokedAt()));
    }
    if (!token.expiresAt().isAfter(now)) {
      return new Authentication.Refused("The token expired at %s.".formatted(token.expiresAt()));
    }
    noteUse(token, now);
    return new Authentication.Known(
        new Caller(
            "token:" + token.name(),
            List.of(
                new Caller.Grant(Role.of(token.role()), new Scope(token.org(), token.project())))));
  }

  /** Null when nobody can tell. */
  private @Nullable Read read(String id, Instant now) {
    Read last = known.getIfPresent(id);
    if (last != null && last.at().plus(FRESH).isAfter(now)) {
      return last;
    }
    try {
      Read read = new Read(store.find(id), now);
      known.put(id, read);
      return read;
    } catch (DataAccessException e) {
      log.warn("cannot look up an API token: {}", e.toString());
      return last != null && last.at().plus(USABLE).isAfter(now) ? last : null;
    }
  }

  private void noteUse(TokenView token, Instant now) {
    Instant last = token.lastUsedAt();
    if (last != null && last.plus(USE_IS_NOTED).isAfter(now)) {
      return;
    }
    try {
      store.used(token.id(), now);
      forget(token.id());
    } catch (DataAccessException e) {
      log.debug("cannot note that a token was used: {}", e.toString());
    }
  }
}
