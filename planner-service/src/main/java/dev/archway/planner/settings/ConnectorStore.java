package dev.archway.planner.settings;

import dev.archway.connector.ConnectorDirectory;
import dev.archway.connector.ConnectorDocument;
import dev.archway.contract.connector.Connector;
import dev.archway.contract.connector.Scope;
import dev.archway.pipeline.Connectors;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The connectors that were stored over the API, and behind them those of the directory: of two with
 * one name in one scope the stored one is used. Thread-safe.
 */
public final class ConnectorStore implements Connectors {
  private static final String WHERE = " WHERE org = ? AND project = ? AND identifier = ?";

  private final JdbcClient jdbc;
  private final ConnectorDirectory directory;

  public ConnectorStore(JdbcClient jdbc, ConnectorDirectory directory) {
    this.jdbc = jdbc;
    this.directory = directory;
  }

  /** A stored connector. */
  record Stored(Scope scope, String identifier, String type, String yaml, Instant changedAt) {}

  /** Stores it, in place of one that is there already. */
  void put(Stored connector) {
    if (update(connector) == 0) {
      try {
        insert(connector);
      } catch (DuplicateKeyException e) {
        // Somebody else stored it a moment ago; the later one counts.
        var _ = update(connector);
      }
    }
  }

  private int update(Stored connector) {
    return jdbc.sql("UPDATE connectors SET type = ?, yaml = ?, changed_at = ?" + WHERE)
        .params(connector.type(), connector.yaml(), at(connector.changedAt()))
        .params(key(connector.scope(), connector.identifier()))
        .update();
  }

  private void insert(Stored connector) {
    var _ =
        jdbc.sql(
                "INSERT INTO connectors (org, project, identifier, type, yaml, changed_at) VALUES (?, ?, ?, ?, ?, ?)")
            .params(key(connector.scope(), connector.identifier()))
            .params(connector.type(), connector.yaml(), at(connector.changedAt()))
            .update();
  }

  Optional<Stored> get(Scope scope, String identifier) {
    return jdbc.sql("SELECT * FROM connectors" + WHERE)
        .params(key(scope, identifier))
        .query(ConnectorStore::stored)
        .optional();
  }

  /** Those of one scope, by identifier. */
  List<Stored> list(Scope scope) {
    return jdbc.sql("SELECT * FROM connectors WHERE org = ? AND project = ? ORDER BY identifier")
        .params(scope.org(), scope.project())
        .query(ConnectorStore::stored)
        .list();
  }

  /** True when there was one. */
  boolean delete(Scope scope, String identifier) {
    return jdbc.sql("DELETE FROM connectors" + WHERE).params(key(scope, identifier)).update() > 0;
  }

  @Override
  public Optional<Connector> find(String org, String project, String ref) {
    return stored(org, project, ref).or(() -> directory.find(org, project, ref));
  }

  private Optional<Connector> stored(String org, String project, String ref) {
    String key =
        ref.startsWith("account.")
            ? ref.substring("account.".length())
            : ref.startsWith("org.") ? ref.substring("org.".length()) : ref;
    try {
      Scope scope =
          ref.startsWith("account.")
              ? Scope.ACCOUNT
              : new Scope(org, ref.startsWith("org.") ? "" : project);
      return get(scope, key)
          .map(row -> ConnectorDocument.read(row.yaml(), row.scope()).connector());
    } catch (IllegalArgumentException _) {
      return Optional.empty(); // Nothing can be stored for such a project.
    }
  }

  @Override
  public List<String> known(String org, String project) {
    TreeSet<String> refs = new TreeSet<>(directory.known(org, project));
    jdbc.sql(
            "SELECT * FROM connectors WHERE (org = '' OR org = ?) AND (project = '' OR project = ?)")
        .params(org, project)
        .query(ConnectorStore::stored)
        .list()
        .forEach(row -> refs.add(row.scope().ref(row.identifier())));
    return List.copyOf(refs);
  }

  private static Stored stored(ResultSet row, int number) throws SQLException {
    return new Stored(
        new Scope(row.getString("org"), row.getString("project")),
        row.getString("identifier"),
        row.getString("type"),
        row.getString("yaml"),
        row.getObject("changed_at", OffsetDateTime.class).toInstant());
  }

  private static List<Object> key(Scope scope, String identifier) {
    return List.of(scope.org(), scope.project(), identifier);
  }

  private static OffsetDateTime at(Instant time) {
    return time.atOffset(ZoneOffset.UTC);
  }
}
