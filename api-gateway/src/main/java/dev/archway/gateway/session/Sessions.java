package dev.archway.gateway.session;

import dev.archway.contract.wire.ContractMapper;
import dev.archway.gateway.access.Authentication;
import dev.archway.gateway.access.Authenticator;
import dev.archway.gateway.access.Caller;
import dev.archway.gateway.access.Credential;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Sessions of people who signed in at the OpenID provider: what they were then, for twelve hours or
 * until they sign out. Kept under the hash of what the browser shows. Thread-safe.
 */
public final class Sessions implements Authenticator {
  private static final String PREFIX = "ars_";
  private static final Duration LIFE = Duration.ofHours(12);
  private static final int SECRET_BYTES = 32;

  private final SecureRandom random = new SecureRandom();
  private final JdbcClient jdbc;
  private final Clock clock;

  private record Kept(String caller, Instant expiresAt) {}

  /** Keeps sessions in this database. */
  public Sessions(JdbcClient jdbc, Clock clock) {
    this.jdbc = jdbc;
    this.clock = clock;
  }

  /** Begins a session; the answer is what the browser has to show. */
  public String begin(Caller caller) {
    byte[] secret = new byte[SECRET_BYTES];
    random.nextBytes(secret);
    String text = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
    Instant now = clock.instant();
    jdbc.sql("DELETE FROM sessions WHERE expires_at < ?").param(utc(now)).update();
    jdbc.sql("INSERT INTO sessions (hash, caller, expires_at) VALUES (?, ?, ?)")
        .params(hash(text), ContractMapper.json().writeValueAsString(caller), utc(now.plus(LIFE)))
        .update();
    return text;
  }

  void end(String text) {
    if (text.startsWith(PREFIX)) {
      jdbc.sql("DELETE FROM sessions WHERE hash = ?").param(hash(text)).update();
    }
  }

  @Override
  public Authentication authenticate(HttpServletRequest request) {
    return Credential.of(request)
        .filter(text -> text.startsWith(PREFIX))
        .map(this::judge)
        .orElseGet(Authentication.Absent::new);
  }

  private Authentication judge(String text) {
    try {
      Optional<Kept> kept =
          jdbc.sql("SELECT caller, expires_at FROM sessions WHERE hash = ?")
              .param(hash(text))
              .query((rs, _) ->
                  new Kept(
                      rs.getString("caller"),
                      rs.getObject("expires_at", OffsetDateTime.class).toInstant()))
              .optional();
      return kept.filter(session -> session.expiresAt().isAfter(clock.instant()))
          .<Authentication>map(session ->
              new Authentication.Known(
                  ContractMapper.json().readValue(session.caller(), Caller.class)))
          .orElseGet(() -> new Authentication.Refused("The session is over; sign in again."));
    } catch (DataAccessException _) {
      return new Authentication.Unavailable("The gateway's database does not answer now.");
    }
  }

  private static OffsetDateTime utc(Instant time) {
    return time.atOffset(ZoneOffset.UTC);
  }

  private static String hash(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
