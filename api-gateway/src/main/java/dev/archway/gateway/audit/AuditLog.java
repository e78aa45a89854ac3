package dev.archway.gateway.audit;

import dev.archway.contract.api.AuditEntry;
import dev.archway.gateway.access.Caller;
import dev.archway.gateway.access.Operation;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.GeneratedKeyHolder;
import org.springframework.jdbc.support.KeyHolder;

/**
 * Keeps every change that somebody asked for: the entry is there before the change is passed on,
 * and completed with the outcome. It is also a line of the service's log, which is all there is of
 * it while the database is away: a change is not held up by that. Thread-safe.
 */
public final class AuditLog {
  private static final Logger log = LoggerFactory.getLogger(AuditLog.class);
  private static final int LONGEST_PATH = 1000;
  private static final int LONGEST_NAME = 300;

  private final JdbcClient jdbc;
  private final Clock clock;

  /** So that an absent database costs the first few changes its time-out, not every one. */
  private final CircuitBreaker database =
      CircuitBreaker.of(
          "audit",
          CircuitBreakerConfig.custom()
              .slidingWindowSize(3)
              .minimumNumberOfCalls(3)
              .failureRateThreshold(100)
              .waitDurationInOpenState(Duration.ofSeconds(5))
              .permittedNumberOfCallsInHalfOpenState(1)
              .build());

  /** Keeps its entries in this database. */
  public AuditLog(JdbcClient jdbc, Clock clock) {
    this.jdbc = jdbc;
    this.clock = clock;
  }

  /** A change that is under way. */
  public final class Change {
    private final @Nullable Long id;
    private final String told;

    private Change(@Nullable Long id, String told) {
      this.id = id;
      this.told = told;
    }

    /** Says how it ended; to be called once. */
    public void ended(int status) {
      log.info("{} {}", told, status);
      if (id != null) {
        inDatabase(
            () -> jdbc.sql("UPDATE audit SET status = ? WHERE id = ?").params(status, id).update());
      }
    }
  }

  /** Notes that a change is asked for. */
  public Change begin(Operation operation, Caller caller, HttpServletRequest request) {
    String name = shortened(caller.name(), LONGEST_NAME);
    String path = shortened(request.getRequestURI(), LONGEST_PATH);
    Long id =
        inDatabase(() -> {
          KeyHolder key = new GeneratedKeyHolder();
          jdbc.sql(
                  "INSERT INTO audit (at, caller, address, operation, method, path) VALUES (?, ?, ?, ?, ?, ?)")
              .params(
                  OffsetDateTime.ofInstant(clock.instant(), ZoneOffset.UTC),
                  name,
                  request.getRemoteAddr(),
                  operation.id(),
                  operation.method(),
                  path)
              .update(key, "id");
          return key.getKeyAs(Long.class);
        });
    return new Change(
        id,
        "%s from %s: %s %s %s"
            .formatted(name, request.getRemoteAddr(), operation.id(), operation.method(), path));
  }

  /**
   * Entries, the newest first.
   *
   * @param before only those with smaller ids; null for the newest
   */
  List<AuditEntry> list(@Nullable Long before, @Nullable String caller, int limit) {
    StringBuilder sql =
        new StringBuilder(
            "SELECT id, at, caller, address, operation, method, path, status FROM audit WHERE id < ?");
    List<Object> values = new java.util.ArrayList<>();
    values.add(before == null ? Long.MAX_VALUE : before);
    if (caller != null) {
      sql.append(" AND caller = ?");
      values.add(caller);
    }
    sql.append(" ORDER BY id DESC FETCH FIRST ").append(limit).append(" ROWS ONLY");
    return jdbc.sql(sql.toString())
        .params(values)
        .query((rs, _) -> {
          int status = rs.getInt("status");
          return new AuditEntry(
              rs.getLong("id"),
              rs.getObject("at", OffsetDateTime.class).toInstant(),
              rs.getString("caller"),
              rs.getString("address"),
              rs.getString("operation"),
              rs.getString("method"),
              rs.getString("path"),
              rs.wasNull() || status == 0 ? null : status);
        })
        .list();
  }

  private <T> @Nullable T inDatabase(Supplier<@Nullable T> work) {
    try {
      return database.executeSupplier(work);
    } catch (CallNotPermittedException _) {
      return null;
    } catch (DataAccessException e) {
      log.warn("cannot write to the audit table: {}; the log has the entry", e.toString());
      return null;
    }
  }

  private static String shortened(String text, int longest) {
    return text.length() <= longest ? text : text.substring(0, longest);
  }
}
