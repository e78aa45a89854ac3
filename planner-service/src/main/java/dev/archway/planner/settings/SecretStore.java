package dev.archway.planner.settings;

import dev.archway.connector.SealedSecrets;
import dev.archway.connector.SecretKeys;
import dev.archway.contract.connector.Scope;
import dev.archway.contract.connector.SealedSecret;
import dev.archway.contract.event.SecretEvent;
import dev.archway.contract.event.SecretEvent.SecretRemoved;
import dev.archway.contract.event.SecretEvent.SecretStored;
import dev.archway.contract.wire.Topics;
import dev.archway.messaging.Envelopes;
import dev.archway.messaging.Outbox;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The stored secrets, encrypted, and told so to the services that need their values. A change and
 * its record leave together; the records of a submission that comes after it leave later, by the
 * same outbox. Thread-safe.
 */
public final class SecretStore implements SealedSecrets {
  private static final String WHERE = " WHERE org = ? AND project = ? AND identifier = ?";

  private final JdbcClient jdbc;
  private final TransactionTemplate transactions;
  private final Outbox outbox;
  private final SecretKeys keys;
  private final Clock clock;

  public SecretStore(
      JdbcClient jdbc,
      TransactionTemplate transactions,
      Outbox outbox,
      SecretKeys keys,
      Clock clock) {
    this.jdbc = jdbc;
    this.transactions = transactions;
    this.outbox = outbox;
    this.keys = keys;
    this.clock = clock;
  }

  /** A stored secret. */
  record Stored(
      Scope scope,
      String identifier,
      String name,
      String description,
      SealedSecret sealed,
      Instant changedAt) {}

  /**
   * Stores a value, in place of one that is there already.
   *
   * @throws dev.archway.connector.SecretUnavailableException when there is no key to encrypt with
   */
  Stored put(Scope scope, String identifier, String name, String description, String value) {
    Stored secret =
        new Stored(
            scope,
            identifier,
            name,
            description,
            keys.seal(scope, identifier, value),
            clock.instant());
    try {
      transactions.executeWithoutResult(_ -> write(secret));
    } catch (DuplicateKeyException e) {
      // Somebody else stored it a moment ago; the later one counts.
      transactions.executeWithoutResult(_ -> write(secret));
    }
    return secret;
  }

  private void write(Stored secret) {
    int changed =
        jdbc.sql(
                "UPDATE secrets SET name = ?, description = ?, key_name = ?, sealed = ?, changed_at = ?"
                    + WHERE)
            .params(values(secret))
            .params(key(secret.scope(), secret.identifier()))
            .update();
    if (changed == 0) {
      var _ =
          jdbc.sql(
                  "INSERT INTO secrets (name, description, key_name, sealed, changed_at, org, project, identifier) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
              .params(values(secret))
              .params(key(secret.scope(), secret.identifier()))
              .update();
    }
    tell(new SecretStored(secret.scope(), secret.identifier(), secret.sealed()));
  }

  private static List<Object> values(Stored secret) {
    return List.of(
        secret.name(),
        secret.description(),
        secret.sealed().key(),
        secret.sealed().text(),
        secret.changedAt().atOffset(ZoneOffset.UTC));
  }

  Optional<Stored> get(Scope scope, String identifier) {
    return jdbc.sql("SELECT * FROM secrets" + WHERE)
        .params(key(scope, identifier))
        .query(SecretStore::stored)
        .optional();
  }

  @Override
  public Optional<SealedSecret> find(Scope scope, String identifier) {
    return get(scope, identifier).map(Stored::sealed);
  }

  /** Those of one scope, by identifier. */
  List<Stored> list(Scope scope) {
    return jdbc.sql("SELECT * FROM secrets WHERE org = ? AND project = ? ORDER BY identifier")
        .params(scope.org(), scope.project())
        .query(SecretStore::stored)
        .list();
  }

  /** True when there was one. */
  boolean delete(Scope scope, String identifier) {
    return Boolean.TRUE.equals(
        transactions.execute(_ -> {
          boolean there =
              jdbc.sql("DELETE FROM secrets" + WHERE).params(key(scope, identifier)).update() > 0;
          if (there) {
            tell(new SecretRemoved(scope, identifier));
          }
          return there;
        }));
  }

  /**
   * Encrypts every secret with the first key that another one encrypts now. When it returns, no row
   * needs another key; nor do the services, once they have read as far.
   *
   * @return how many there were
   * @throws dev.archway.connector.SecretUnavailableException when one of the keys is not there;
   *     then all are as they were
   */
  int rotate() {
    String current = keys.current();
    Integer changed =
        transactions.execute(_ -> {
          List<Stored> old =
              jdbc.sql("SELECT * FROM secrets WHERE key_name <> ? FOR UPDATE")
                  .params(current)
                  .query(SecretStore::stored)
                  .list();
          for (Stored secret : old) {
            String value = keys.open(secret.scope(), secret.identifier(), secret.sealed());
            write(
                new Stored(
                    secret.scope(),
                    secret.identifier(),
                    secret.name(),
                    secret.description(),
                    keys.seal(secret.scope(), secret.identifier(), value),
                    secret.changedAt()));
          }
          return old.size();
        });
    return changed == null ? 0 : changed;
  }

  /** Tells all of them again, for a broker that has lost them or never had them. */
  void tellAll() {
    transactions.executeWithoutResult(_ ->
        jdbc.sql("SELECT * FROM secrets")
            .query(SecretStore::stored)
            .list()
            .forEach(secret ->
                tell(new SecretStored(secret.scope(), secret.identifier(), secret.sealed()))));
  }

  private void tell(SecretEvent event) {
    outbox.add(
        Topics.SECRETS,
        Envelopes.of("planner", UUID.randomUUID().toString(), event.key(), clock.instant(), event));
  }

  private static Stored stored(ResultSet row, int number) throws SQLException {
    return new Stored(
        new Scope(row.getString("org"), row.getString("project")),
        row.getString("identifier"),
        row.getString("name"),
        row.getString("description"),
        new SealedSecret(row.getString("key_name"), row.getString("sealed")),
        row.getObject("changed_at", OffsetDateTime.class).toInstant());
  }

  private static List<Object> key(Scope scope, String identifier) {
    return List.of(scope.org(), scope.project(), identifier);
  }
}
