package dev.archway.planner.pipelines;

import dev.archway.contract.api.StoredDocument;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** Pipelines and their input sets, as they were written. Thread-safe. */
public final class PipelineStore {
  private final JdbcClient jdbc;
  private final TransactionTemplate transactions;

  public PipelineStore(JdbcClient jdbc, TransactionTemplate transactions) {
    this.jdbc = jdbc;
    this.transactions = transactions;
  }

  /** Keeps a pipeline in place of what was there. */
  public void put(PipelineKey key, String name, String yaml, Instant now) {
    OffsetDateTime at = now.atOffset(ZoneOffset.UTC);
    replace(
        () ->
            jdbc.sql(
                    "UPDATE pipelines SET name = ?, yaml = ?, updated_at = ? WHERE org = ? AND project = ? AND id = ?")
                .params(name, yaml, at, key.org(), key.project(), key.id())
                .update(),
        () ->
            jdbc.sql(
                    "INSERT INTO pipelines (org, project, id, name, yaml, updated_at) VALUES (?, ?, ?, ?, ?, ?)")
                .params(key.org(), key.project(), key.id(), name, yaml, at)
                .update());
  }

  /** Keeps an input set in place of what was there. */
  public void putInputSet(PipelineKey key, String id, String name, String yaml, Instant now) {
    OffsetDateTime at = now.atOffset(ZoneOffset.UTC);
    replace(
        () ->
            jdbc.sql(
                    "UPDATE input_sets SET name = ?, yaml = ?, updated_at = ? WHERE org = ? AND project = ? AND pipeline = ? AND id = ?")
                .params(name, yaml, at, key.org(), key.project(), key.id(), id)
                .update(),
        () ->
            jdbc.sql(
                    "INSERT INTO input_sets (org, project, pipeline, id, name, yaml, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)")
                .params(key.org(), key.project(), key.id(), id, name, yaml, at)
                .update());
  }

  private interface Statement {
    int run();
  }

  private static void replace(Statement update, Statement insert) {
    if (update.run() == 0) {
      try {
        insert.run();
      } catch (DuplicateKeyException e) {
        // Somebody else was quicker; the last one wins.
        update.run();
      }
    }
  }

  /** One pipeline. */
  public Optional<StoredDocument> find(PipelineKey key) {
    return jdbc.sql("SELECT * FROM pipelines WHERE org = ? AND project = ? AND id = ?")
        .params(key.org(), key.project(), key.id())
        .query(PipelineStore::document)
        .optional();
  }

  /** One input set. */
  public Optional<StoredDocument> findInputSet(PipelineKey key, String id) {
    return jdbc.sql(
            "SELECT * FROM input_sets WHERE org = ? AND project = ? AND pipeline = ? AND id = ?")
        .params(key.org(), key.project(), key.id(), id)
        .query(PipelineStore::document)
        .optional();
  }

  /** The pipelines of a project by identifier, without their texts. */
  public List<StoredDocument> list(String org, String project) {
    return jdbc.sql(
            "SELECT org, project, id, name, NULL AS yaml, updated_at FROM pipelines WHERE org = ? AND project = ? ORDER BY id")
        .params(org, project)
        .query(PipelineStore::document)
        .list();
  }

  /** The input sets of a pipeline by identifier, without their texts. */
  public List<StoredDocument> listInputSets(PipelineKey key) {
    return jdbc.sql(
            "SELECT org, project, id, name, NULL AS yaml, updated_at FROM input_sets WHERE org = ? AND project = ? AND pipeline = ? ORDER BY id")
        .params(key.org(), key.project(), key.id())
        .query(PipelineStore::document)
        .list();
  }

  /** Forgets a pipeline and its input sets; its executions stay. True if it was there. */
  public boolean delete(PipelineKey key) {
    return Boolean.TRUE.equals(
        transactions.execute(_ -> {
          jdbc.sql("DELETE FROM input_sets WHERE org = ? AND project = ? AND pipeline = ?")
              .params(key.org(), key.project(), key.id())
              .update();
          return jdbc.sql("DELETE FROM pipelines WHERE org = ? AND project = ? AND id = ?")
                  .params(key.org(), key.project(), key.id())
                  .update()
              > 0;
        }));
  }

  /** Forgets an input set. True if it was there. */
  public boolean deleteInputSet(PipelineKey key, String id) {
    return jdbc.sql(
                "DELETE FROM input_sets WHERE org = ? AND project = ? AND pipeline = ? AND id = ?")
            .params(key.org(), key.project(), key.id(), id)
            .update()
        > 0;
  }

  private static StoredDocument document(ResultSet rs, int row) throws SQLException {
    return new StoredDocument(
        rs.getString("org"),
        rs.getString("project"),
        rs.getString("id"),
        rs.getString("name"),
        rs.getString("yaml"),
        rs.getObject("updated_at", OffsetDateTime.class).toInstant(),
        List.of());
  }
}
